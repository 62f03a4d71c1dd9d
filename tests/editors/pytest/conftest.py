"""`kpi lsp` as VS Code, Neovim and Emacs speak to it; pytest-lsp knows what each of them can do.

The three count columns in three ways. Texts hold Chinese and an emoji, so that who counts otherwise misses.
"""

import os
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

KPI = os.environ["KPI"]

POLICY = """policy "Editors" {
  edition  1
  currency CNY
  period   month
}

dimension stage "🎯 阶段" { startup "新手期", mature }

roster staff { id: text key, stage: stage }

source live "直播" { id: text key, host: -> staff, on: date time, gmv: money from "成交额" }
"""

CARDS = """指标 成交额 "🎯" {
  公式 求和(live.gmv)
  目标 ≥ 100元
}

scorecard main "🎯 主播" for staff { 成交额 weight 100% }
"""

# By the name that pytest-lsp has for a client: how it counts.
PROFILES = {"visual-studio-code": "utf-16", "neovim": "utf-8", "emacs": "utf-32"}


class Editor:
    """An editor with a project of two files open."""

    def __init__(self, client: LanguageClient, root: Path, encoding: str, pulls: bool):
        self.client, self.root, self.encoding, self.pulls = client, root, encoding, pulls
        self.announced: types.ServerCapabilities = None
        self.registered: set[str] = set()
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}

    def register(self, params: types.RegistrationParams):
        self.registered.update(registration.method for registration in params.registrations)

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def document(self, name: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))

    def width(self, text: str) -> int:
        units = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[self.encoding]
        return len(text.encode(self.encoding + ("" if units == 1 else "-le"))) // units

    def position(self, text: str, at: int) -> types.Position:
        before = text[:at]
        return types.Position(before.count("\n"), self.width(before.rsplit("\n", 1)[-1]))

    def offset(self, text: str, place: types.Position) -> int:
        lines = text.split("\n")
        line = lines[place.line]
        column = next(n for n in range(len(line) + 1) if self.width(line[:n]) == place.character)
        return sum(len(line) + 1 for line in lines[: place.line]) + column

    def at(self, name: str, behind: str) -> dict:
        """The parameters of a question about the place behind a text of a file."""
        text = self.texts[name]
        return {
            "text_document": self.document(name),
            "position": self.position(text, text.index(behind) + len(behind)),
        }

    def text_of(self, name: str, range: types.Range) -> str:
        text = self.texts[name]
        return text[self.offset(text, range.start) : self.offset(text, range.end)]

    def whole(self, name: str) -> types.Range:
        text = self.texts[name]
        return types.Range(types.Position(0, 0), self.position(text, len(text)))

    def open(self, name: str, text: str):
        self.texts[name], self.versions[name] = text, 1
        item = types.TextDocumentItem(self.uri(name), "kpi", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def replace(self, name: str, start: int, end: int, new: str):
        text = self.texts[name]
        range = types.Range(self.position(text, start), self.position(text, end))
        self.versions[name] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name))
        change = types.TextDocumentContentChangePartial(range, new)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        self.texts[name] = text[:start] + new + text[end:]

    def applied(self, name: str, edits) -> str:
        text = self.texts[name]
        spans = [(self.offset(text, e.range.start), self.offset(text, e.range.end), e.new_text) for e in edits]
        for start, end, new in sorted(spans, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    async def findings(self, name: str, code: str | None = None) -> list[types.Diagnostic]:
        """The findings of a file, in whatever way the client gets them; where they are sent, once one of this code is among them."""
        if self.pulls:
            params = types.DocumentDiagnosticParams(self.document(name))
            return list((await self.client.text_document_diagnostic_async(params)).items)
        known = self.client.diagnostics
        while self.uri(name) not in known or not (code is None or code in [f.code for f in known[self.uri(name)]]):
            await self.client.wait_for_notification("textDocument/publishDiagnostics")
        return list(known[self.uri(name)])


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[KPI, "lsp"]), params=list(PROFILES))
async def client(lsp_client: LanguageClient, request, tmp_path):
    capabilities = client_capabilities(request.param)
    encoding = PROFILES[request.param]
    if capabilities.general is None:
        capabilities.general = types.GeneralClientCapabilities()
    # An old record says nothing of encodings, which is UTF-16; Emacs likes UTF-32 best, and is given no other.
    capabilities.general.position_encodings = None if encoding == "utf-16" else [encoding]
    (tmp_path / "kpi.toml").write_text("")
    for name, text in [("data.kpi", POLICY), ("cards.kpi", CARDS)]:
        (tmp_path / name).write_text(text)
    folder = types.WorkspaceFolder(tmp_path.as_uri(), "project")
    pulls = capabilities.text_document.diagnostic is not None
    here = Editor(lsp_client, tmp_path, encoding, pulls)
    lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: here.register(params))
    # Numbers of exports, where there is a kpi that reads them, come when nobody here waits for them.
    for refresh in [types.WORKSPACE_INLAY_HINT_REFRESH, types.WORKSPACE_CODE_LENS_REFRESH]:
        lsp_client.feature(refresh)(lambda params: None)
    settings = {"library": str(tmp_path / "library")}
    lsp_client.set_configuration(settings, section="kpi")
    result = await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=capabilities,
            workspace_folders=[folder],
            root_uri=tmp_path.as_uri(),
            initialization_options=settings,
            locale="en",
        )
    )
    here.announced = result.capabilities
    here.open("data.kpi", POLICY)
    here.open("cards.kpi", CARDS)
    lsp_client.editor = here
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(client) -> Editor:
    return client.editor
