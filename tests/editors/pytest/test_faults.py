"""What no editor should send, over plain pipes: the server lives, and answers what comes next."""

import json
import os
import subprocess
import time

import pytest

KPI = os.environ["KPI"]
URI = "file:///nowhere/live.kpi"
GOOD = 'policy "直播" {\n  edition 1\n  currency CNY\n  period month\n}\n'


class Pipes:
    """A client that writes whatever it is told to."""

    def __init__(self):
        self.process = subprocess.Popen([KPI, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.last = 0

    def write(self, data: bytes):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, body: dict | bytes):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))

    def tell(self, method: str, params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def begin(self, method: str, params) -> int:
        self.last += 1
        self.send({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params})
        return self.last

    def read(self) -> dict:
        length = 0
        while (line := self.process.stdout.readline().strip()) or not length:
            assert line or self.process.poll() is None, "the server is gone"
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self.process.stdout.read(length))

    def answer(self, id) -> dict:
        while True:
            message = self.read()
            if message.get("id") == id and "method" not in message:
                return message

    def ask(self, method: str, params) -> dict:
        return self.answer(self.begin(method, params))

    def open(self, text: str):
        item = {"uri": URI, "languageId": "kpi", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})

    def names(self) -> list[str]:
        answer = self.ask("textDocument/documentSymbol", {"textDocument": {"uri": URI}})
        return [symbol["name"] for symbol in answer["result"]]


@pytest.fixture
def pipes():
    pipes = Pipes()
    pipes.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    pipes.tell("initialized", {})
    yield pipes
    if pipes.process.poll() is None:
        pipes.process.kill()
    pipes.process.wait()


def end(pipes: Pipes):
    assert pipes.ask("shutdown", None)["result"] is None
    pipes.tell("exit", None)
    assert pipes.process.wait(20) == 0


# feature: faults
def test_garbage_is_left_out(pipes):
    pipes.open(GOOD)
    pipes.write("你好 😀\r\nno header\r\n\r\n".encode())
    pipes.write(b"\xff\xfe\x00\r\n")
    for body in [b"{]", b"[]", b"5", b"\xff\xfe", b"", b'{"jsonrpc":"2.0"}', b'{"id":1,"result":{}}']:
        pipes.send(body)
    pipes.write(b"Content-Length: many\r\n\r\n")
    # An id that is a text, and a method that is none: it is answered all the same.
    pipes.send({"jsonrpc": "2.0", "id": "own", "method": 5})
    assert pipes.answer("own")["error"]["code"] == -32600
    assert pipes.ask("textDocument/hover", {"textDocument": 5})["error"]["code"] == -32602
    assert pipes.names() == ["直播"]
    end(pipes)


# feature: faults
def test_half_an_emoji_is_one_character(pipes):
    # VS Code can cut an emoji in two, and sends each half as an escape of JSON.
    pipes.open("dimension a { b }\n")
    change = '{"range":{"start":{"line":0,"character":13},"end":{"line":0,"character":14}},"text":"{ 主\\ud83d"}'
    other = '{"range":{"start":{"line":0,"character":16},"end":{"line":0,"character":17}},"text":""}'
    body = (
        '{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"%s","version":2},'
        '"contentChanges":[%s,%s]}}' % (URI, change, other)
    )
    pipes.send(body.encode())
    # `{ 主` and half an emoji stand there, and then the half is gone: 13 + 3 units.
    assert pipes.names() == ["a"]
    answer = pipes.ask("textDocument/hover", {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 15}})
    assert "error" not in answer
    end(pipes)


# feature: faults, texts
def test_ten_megabytes_are_read(pipes):
    line = "// 主播考核制度的一行注释，很长很长很长很长很长很长很长很长很长很长 😀\n"
    pipes.open(GOOD + line * (10_000_000 // len(line.encode()) + 1))
    range = {"start": {"line": 0, "character": 8}, "end": {"line": 0, "character": 10}}
    change = {"textDocument": {"uri": URI, "version": 2}, "contentChanges": [{"range": range, "text": "晚场"}]}
    pipes.tell("textDocument/didChange", change)
    assert pipes.names() == ["晚场"]
    end(pipes)


# feature: goodbye, cancelling
def test_goodbye_in_the_middle_of_questions(pipes):
    pipes.open(GOOD + "".join(f"param p{n}: count = {n}\n" for n in range(2000)))
    asked = [pipes.begin("textDocument/documentSymbol", {"textDocument": {"uri": URI}}) for _ in range(20)]
    pipes.tell("$/cancelRequest", {"id": asked[0]})
    goodbye = pipes.begin("shutdown", None)
    refused = pipes.begin("textDocument/documentSymbol", {"textDocument": {"uri": URI}})
    answers = {}
    while len(answers) < 22:
        message = pipes.read()
        if "id" in message:
            answers[message["id"]] = message
    assert answers[goodbye]["result"] is None
    assert answers[refused]["error"]["code"] == -32600
    assert all(len(answers[id]["result"]) == 2001 for id in asked[1:])
    pipes.tell("exit", None)
    assert pipes.process.wait(20) == 0


# feature: goodbye
def test_who_goes_without_a_word_leaves_no_server_behind(pipes):
    pipes.open(GOOD)
    pipes.process.stdin.close()
    started = time.monotonic()
    pipes.process.wait(20)
    assert time.monotonic() - started < 20
