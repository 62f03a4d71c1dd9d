//! Messages over bytes, from clients that may send garbage: what cannot be read is answered or left out, and the next one is
//! read.

use std::io::{self, BufRead, Read, Write};
use std::thread::JoinHandle;

use lsp_server::{Connection, ErrorCode, Message, RequestId, Response};
use serde_json::Value;

/// The longest message that is read, in bytes; a longer one is skipped.
const LONGEST: u64 = 256 << 20;

/// A connection to the client at the other end of two streams, and the thread that writes to it until the connection is
/// dropped.
pub fn connect(
    input: impl BufRead + Send + 'static,
    output: impl Write + Send + 'static,
) -> (Connection, JoinHandle<io::Result<()>>) {
    let (ours, Connection { sender, receiver }) = Connection::memory();
    let answers = ours.sender.clone();
    std::thread::spawn(move || {
        let mut input = input;
        while let Ok(Some(body)) = read_body(&mut input) {
            let sent = match read_message(&body) {
                Ok(message) => {
                    let last = matches!(&message, Message::Notification(n) if n.method == "exit");
                    if sender.send(message).is_err() || last {
                        return;
                    }
                    continue;
                }
                Err(Some(response)) => answers.send(Message::Response(*response)),
                Err(None) => Ok(()),
            };
            if sent.is_err() {
                return;
            }
        }
    });
    let writer = std::thread::spawn(move || {
        let mut output = output;
        for message in receiver {
            message.write(&mut output)?;
        }
        Ok(())
    });
    (ours, writer)
}

/// The next body; `None` at the end. Lines that are no header are skipped.
fn read_body(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    loop {
        let (mut length, mut line) = (None, Vec::new());
        loop {
            line.clear();
            // A line of a header is short: whatever has no line break must not fill the memory.
            if input.by_ref().take(4096).read_until(b'\n', &mut line)? == 0 {
                return Ok(None);
            }
            let text = String::from_utf8_lossy(&line);
            if text.trim().is_empty() {
                if length.is_some() {
                    break;
                }
                continue;
            }
            // Behind garbage without a line break the header stands in the same line.
            let found =
                text.to_ascii_lowercase().rsplit_once("content-length:").and_then(|(_, n)| n.trim().parse().ok());
            length = found.or(length);
        }
        let length: u64 = length.unwrap_or_default();
        if length > LONGEST {
            io::copy(&mut input.by_ref().take(length), &mut io::sink())?;
            continue;
        }
        let mut body = Vec::new();
        if input.by_ref().take(length).read_to_end(&mut body)? < length as usize {
            return Ok(None);
        }
        return Ok(Some(body));
    }
}

/// A message; or the answer to what is none, if it wants one.
fn read_message(body: &[u8]) -> Result<Message, Option<Box<Response>>> {
    let text = String::from_utf8_lossy(body);
    let (error, value) = match serde_json::from_str::<Message>(&text) {
        Ok(message) => return Ok(message),
        Err(error) => match serde_json::from_str::<Message>(&without_lone_surrogates(&text)) {
            Ok(message) => return Ok(message),
            Err(_) => (error, serde_json::from_str::<Value>(&text)),
        },
    };
    // Whoever sent an id and a method waits for an answer.
    let value = value.ok().filter(|value| value.get("method").is_some());
    let id = value.and_then(|value| match value.get("id")? {
        Value::String(id) => Some(RequestId::from(id.clone())),
        Value::Number(id) => Some(RequestId::from(i32::try_from(id.as_i64()?).ok()?)),
        _ => None,
    });
    Err(id.map(|id| Box::new(Response::new_err(id, ErrorCode::InvalidRequest as i32, error.to_string()))))
}

/// JSON with the replacement character where an escape is half a character: editors that count in UTF-16 can cut an emoji
/// in two.
fn without_lone_surrogates(json: &str) -> String {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                out.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            _ => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        let (kept, behind) = escape.split_at_checked(length).unwrap_or((escape, ""));
        out.push_str(kept);
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn framed(body: &str) -> Vec<u8> {
        format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    #[test]
    fn garbage_between_messages_is_skipped() {
        let mut bytes = b"hello\r\nwhat is this\r\n\r\n".to_vec();
        bytes.extend(framed(r#"{"jsonrpc":"2.0","method":"a"}"#));
        bytes.extend(framed("{]"));
        bytes.extend(framed(r#"{"jsonrpc":"2.0","id":7,"method":5}"#));
        bytes.extend(b"Content-Length: many\r\n\r\n");
        bytes.extend(framed(r#"{"jsonrpc":"2.0","method":"b\ud83d","params":{"x":"\ud83d\ude00 \udc00\\u1"}}"#));
        let (connection, writer) = connect(Cursor::new(bytes), Vec::new());
        let found: Vec<Message> = connection.receiver.iter().collect();
        let shown: Vec<_> = found.iter().map(|m| serde_json::to_string(m).unwrap()).collect();
        assert_eq!(shown, [r#"{"method":"a"}"#, "{\"method\":\"b\u{fffd}\",\"params\":{\"x\":\"😀 \u{fffd}\\\\u1\"}}"]);
        drop(connection);
        writer.join().unwrap().unwrap();
    }

    #[test]
    fn a_request_that_is_none_is_refused() {
        let refused = read_message(br#"{"jsonrpc":"2.0","id":7,"method":5}"#).unwrap_err().unwrap();
        assert_eq!(refused.id, RequestId::from(7));
        assert!(read_message(b"{]").unwrap_err().is_none());
    }
}
