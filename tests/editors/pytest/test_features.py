"""What an editor shows and offers, in the columns of each client."""

import random

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from conftest import CARDS, POLICY

OPTIONS = types.FormattingOptions(tab_size=2, insert_spaces=True)


async def test_the_encoding_is_agreed(editor):
    assert (editor.announced.position_encoding or "utf-16") == editor.encoding


# feature: findings
async def test_findings_stand_behind_an_emoji(editor):
    assert await editor.findings("cards.kpi") == []
    start = CARDS.index("成交额 weight")
    editor.replace("cards.kpi", start, start + 3, "没有的")
    found = [f for f in await editor.findings("cards.kpi", "K1001") if f.severity == types.DiagnosticSeverity.Error]
    assert [(f.code, editor.text_of("cards.kpi", f.range)) for f in found] == [("K1001", "没有的")]


# feature: findings
async def test_all_findings_can_be_asked_for(editor):
    if not editor.pulls:
        assert editor.announced.diagnostic_provider is None
        return
    editor.open("more.kpi", "param 多余: count = 1\n")
    params = types.WorkspaceDiagnosticParams(previous_result_ids=[])
    report = await editor.client.workspace_diagnostic_async(params)
    found = {item.uri.rsplit("/", 1)[-1]: [f.code for f in item.items] for item in report.items}
    assert found == {"cards.kpi": [], "data.kpi": [], "more.kpi": ["K1004"]}


# feature: texts
async def test_edits_of_chance_leave_what_the_whole_text_gives(editor):
    chance = random.Random(20261123)
    pieces = ["😀", "主播", "\n", "\r\n", "{", "}", '"', " ", "// 注\r\n", "dimension 岗位 { 甲 }\r\n", "𠮷", "x"]
    editor.open("edited.kpi", POLICY.replace("\n", "\r\n"))
    for _ in range(60):
        text = editor.texts["edited.kpi"]
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([0, 0, 3]))
        # No editor has a place within a line break.
        inside = lambda at: 0 < at < len(text) and text[at - 1 : at + 1] == "\r\n"
        if inside(start) or inside(end):
            continue
        editor.replace("edited.kpi", start, end, chance.choice(pieces))
    editor.open("whole.kpi", editor.texts["edited.kpi"])

    async def said(name):
        document = editor.document(name)
        symbols = await editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
        tokens = await editor.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
        return symbols, tokens.data

    assert await said("edited.kpi") == await said("whole.kpi")


# feature: texts
async def test_what_is_closed_is_what_is_on_the_disk(editor):
    editor.replace("cards.kpi", 0, len(CARDS), "dimension 别的 { 甲 }\n")
    document = editor.document("cards.kpi")
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(document))
    found = await editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
    assert [symbol.name for symbol in found] == ["成交额", "main"]


# feature: hover
async def test_a_hover_is_about_the_name_behind_an_emoji(editor):
    params = types.HoverParams(**editor.at("cards.kpi", "{ 成"))
    found = await editor.client.text_document_hover_async(params)
    assert editor.text_of("cards.kpi", found.range) == "成交额"
    assert "the sum of 成交额 of 直播" in found.contents.value


# feature: completion
async def test_a_choice_replaces_what_is_written(editor):
    editor.replace("cards.kpi", CARDS.index("staff {") + 7, CARDS.index(" weight"), " 成交")
    params = types.CompletionParams(**editor.at("cards.kpi", "staff { 成交"))
    found = await editor.client.text_document_completion_async(params)
    item = next(item for item in found.items if item.label == "成交额")
    assert "chengjiaoe" in item.filter_text
    assert "staff { 成交额 weight" in editor.applied("cards.kpi", [item.text_edit])
    resolved = await editor.client.completion_item_resolve_async(item)
    documentation = resolved.documentation
    if editor.client.capabilities.text_document.completion.completion_item.documentation_format:
        assert documentation.kind == types.MarkupKind.Markdown and "`成交额`" in documentation.value
    else:
        assert "成交额" in documentation and "`" not in documentation


# feature: signature
async def test_a_signature_is_that_of_the_call_at_hand(editor):
    params = types.SignatureHelpParams(**editor.at("cards.kpi", "求和("))
    found = await editor.client.text_document_signature_help_async(params)
    assert found.signatures[0].label.startswith("求和(x ")


# feature: definition, type, references
async def test_names_lead_to_where_they_are_declared_and_used(editor):
    def shown(places):
        name = lambda uri: uri.rsplit("/", 1)[-1]
        pairs = [(p.target_uri, p.target_selection_range) if hasattr(p, "target_uri") else (p.uri, p.range) for p in places]
        return [(name(uri), editor.text_of(name(uri), range), range.start.line) for uri, range in pairs]

    client, card = editor.client, editor.at("cards.kpi", "{ 成")
    found = await client.text_document_definition_async(types.DefinitionParams(**editor.at("cards.kpi", "live.g")))
    assert shown(found) == [("data.kpi", "gmv", 10)]
    found = await client.text_document_definition_async(types.DefinitionParams(**card))
    assert shown(found) == [("cards.kpi", "成交额", 0)]
    params = types.TypeDefinitionParams(**editor.at("data.kpi", "text key, sta"))
    assert shown(await client.text_document_type_definition_async(params)) == [("data.kpi", "stage", 6)]
    context = types.ReferenceContext(include_declaration=True)
    found = await client.text_document_references_async(types.ReferenceParams(context=context, **card))
    assert shown(found) == [("cards.kpi", "成交额", 0), ("cards.kpi", "成交额", 5)]
    found = await client.text_document_document_highlight_async(types.DocumentHighlightParams(**card))
    assert [editor.text_of("cards.kpi", h.range) for h in found] == ["成交额", "成交额"]


# feature: library
async def test_a_file_of_the_library_can_be_read_on(editor):
    editor.replace("cards.kpi", len(CARDS), len(CARDS), "indicator 停留 = std.live.watch_time(live)\n")
    params = types.DefinitionParams(**editor.at("cards.kpi", "std.live.watch"))
    place = (await editor.client.text_document_definition_async(params))[0]
    uri, range = (place.target_uri, place.target_selection_range) if hasattr(place, "target_uri") else (place.uri, place.range)
    document = types.TextDocumentIdentifier(uri)
    found = await editor.client.text_document_hover_async(types.HoverParams(document, range.start))
    assert "平均停留时长" in found.contents.value


# feature: rename
async def test_a_renaming_is_right_behind_emoji(editor):
    if editor.announced.rename_provider is not True:
        params = types.PrepareRenameParams(**editor.at("cards.kpi", "{ 成"))
        found = await editor.client.text_document_prepare_rename_async(params)
        assert (found.placeholder, editor.text_of("cards.kpi", found.range)) == ("成交额", "成交额")
    params = types.RenameParams(new_name="销售🎯", **editor.at("cards.kpi", "{ 成"))
    edit = await editor.client.text_document_rename_async(params)
    changes = edit.changes or {change.text_document.uri: change.edits for change in edit.document_changes}
    assert list(changes) == [editor.uri("cards.kpi")]
    after = editor.applied("cards.kpi", changes[editor.uri("cards.kpi")])
    assert after == CARDS.replace("指标 成交额", "指标 `销售🎯`").replace("成交额 weight", "`销售🎯` weight")
    params = types.RenameParams(new_name="main", **editor.at("cards.kpi", "{ 成"))
    with pytest.raises(JsonRpcException, match="the name `main` is taken"):
        await editor.client.text_document_rename_async(params)


# feature: symbols, workspace-symbols
async def test_declarations_are_listed(editor):
    params = types.DocumentSymbolParams(editor.document("data.kpi"))
    found = await editor.client.text_document_document_symbol_async(params)
    assert [symbol.name for symbol in found] == ["Editors", "stage", "staff", "live"]
    assert [editor.text_of("data.kpi", symbol.selection_range) for symbol in found[1:]] == ["stage", "staff", "live"]
    found = await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("zb"))
    assert sorted(symbol.name for symbol in found) == ["live", "main"], "直播 is zhibo, 主播 zhubo"


# feature: calls
async def test_an_indicator_is_followed_to_its_card(editor):
    client = editor.client
    params = types.CallHierarchyPrepareParams(**editor.at("cards.kpi", "指标 成"))
    item = (await client.text_document_prepare_call_hierarchy_async(params))[0]
    calls = await client.call_hierarchy_incoming_calls_async(types.CallHierarchyIncomingCallsParams(item))
    assert [(c.from_.name, editor.text_of("cards.kpi", c.from_ranges[0])) for c in calls] == [("main", "成交额")]


# feature: fixes, extract, add-test, punctuation, fix-all
async def test_actions_change_what_they_say(editor):
    more = "// kpi: allow(K4301) 一\ndimension 甲 { 乙 }\nparam 多余：count = 5 // 🎯\n"
    editor.open("more.kpi", more)
    await editor.findings("more.kpi", "K1004")

    async def actions(name, behind, kinds):
        place = editor.at(name, behind)["position"]
        context = types.CodeActionContext(diagnostics=[], only=kinds)
        params = types.CodeActionParams(editor.document(name), types.Range(place, place), context)
        return await editor.client.text_document_code_action_async(params)

    async def after(name, behind, kind):
        action = (await actions(name, behind, [kind]))[0]
        return editor.applied(name, action.edit.changes[editor.uri(name)])

    text = await after("more.kpi", "param 多", types.CodeActionKind.QuickFix)
    assert "// kpi: allow(K1004)" in text
    assert "param 多余:count" in await after("more.kpi", "param 多", "source.normalizePunctuation.kpi")
    assert "K4301" not in await after("more.kpi", "param 多", "source.fixAll.kpi")
    assert "测试 \"🎯\"" in await after("cards.kpi", "目标 ≥", types.CodeActionKind.RefactorRewrite)
    assert "100元" in await after("cards.kpi", "目标 ≥ 1", types.CodeActionKind.RefactorExtract)


# feature: hints, lenses
async def test_hints_and_lenses_stand_where_they_belong(editor):
    await editor.findings("cards.kpi")
    params = types.InlayHintParams(editor.document("cards.kpi"), editor.whole("cards.kpi"))
    hints = await editor.client.text_document_inlay_hint_async(params)
    hint = next(hint for hint in hints if hint.label == ": money")
    assert editor.offset(CARDS, hint.position) == CARDS.index(" {")
    lenses = await editor.client.text_document_code_lens_async(types.CodeLensParams(editor.document("cards.kpi")))
    assert [(lens.command.command, editor.text_of("cards.kpi", lens.range)) for lens in lenses][:2] == [
        ("kpi.run", "成交额"),
        ("kpi.why", "成交额"),
    ]


# feature: colours
async def test_colours_are_of_whole_words(editor):
    document, legend = editor.document("cards.kpi"), editor.announced.semantic_tokens_provider.legend

    def words(data):
        line, column, out = 0, 0, []
        for i in range(0, len(data), 5):
            lines, columns, length, kind, _ = data[i : i + 5]
            line, column = line + lines, columns + (0 if lines else column)
            word = types.Range(types.Position(line, column), types.Position(line, column + length))
            out.append((editor.text_of("cards.kpi", word), legend.token_types[kind]))
        return out

    client = editor.client
    whole = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
    found = words(whole.data)
    for word in [("指标", "keyword"), ("成交额", "variable"), ('"🎯"', "string"), ("gmv", "property"), ("100%", "number")]:
        assert word in found
    params = types.SemanticTokensDeltaParams(document, whole.result_id)
    delta = await client.text_document_semantic_tokens_full_delta_async(params)
    assert list(delta.edits) == []
    last = editor.at("cards.kpi", "目标 ≥ 100元")["position"]
    params = types.SemanticTokensRangeParams(document, types.Range(types.Position(2, 0), last))
    part = await client.text_document_semantic_tokens_range_async(params)
    assert [word for word, _ in words(part.data)] == ["目标", "100元"]


# feature: format, format-range, format-typed
async def test_texts_are_put_into_style(editor):
    text = 'dimension a{ 主播 "😀" }\ndimension b{ 场控 "😀" }\ndimension c { 甲，乙 }\n'
    editor.open("more.kpi", text)
    client, document = editor.client, editor.document("more.kpi")
    edits = await client.text_document_formatting_async(types.DocumentFormattingParams(document, OPTIONS))
    assert editor.applied("more.kpi", edits).startswith('dimension a { 主播 "😀" }\n')
    place = editor.at("more.kpi", "场")["position"]
    params = types.DocumentRangeFormattingParams(document, types.Range(place, place), OPTIONS)
    edits = await client.text_document_range_formatting_async(params)
    assert editor.applied("more.kpi", edits) == text.replace("b{", "b {")
    params = types.DocumentOnTypeFormattingParams(ch="，", options=OPTIONS, **editor.at("more.kpi", "甲，"))
    edits = await client.text_document_on_type_formatting_async(params)
    assert editor.applied("more.kpi", edits) == text.replace("甲，", "甲,")


# feature: folds, selections, links
async def test_texts_fold_grow_and_lead_elsewhere(editor):
    client = editor.client
    found = await client.text_document_folding_range_async(types.FoldingRangeParams(editor.document("data.kpi")))
    assert [(fold.start_line, fold.end_line) for fold in found] == [(0, 3)]
    place = editor.at("cards.kpi", "{ 成")["position"]
    params = types.SelectionRangeParams(editor.document("cards.kpi"), [place])
    step = (await client.text_document_selection_range_async(params))[0]
    assert editor.text_of("cards.kpi", step.range) == "成交额"
    assert editor.text_of("cards.kpi", step.parent.range).startswith("成交额 weight")
    editor.open("more.kpi", "use std.survey\n")
    found = await client.text_document_document_link_async(types.DocumentLinkParams(editor.document("more.kpi")))
    assert found[0].target.endswith("/survey.kpi")


# feature: projects
async def test_files_that_come_are_read(editor):
    (editor.root / "new.kpi").write_text("indicator 新来的 { formula 1 }\n")
    event = types.FileEvent(editor.uri("new.kpi"), types.FileChangeType.Created)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    found = await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("新来"))
    watches = editor.client.capabilities.workspace.did_change_watched_files
    registers = watches is not None and watches.dynamic_registration
    assert ("workspace/didChangeWatchedFiles" in editor.registered) == bool(registers)
    assert [symbol.name for symbol in found] == ["新来的"]


# feature: settings
async def test_the_language_can_be_set(editor):
    editor.client.set_configuration("zh", section="kpi.language")
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams({"kpi": {"language": "zh"}}))
    for _ in range(100):
        found = await editor.client.text_document_hover_async(types.HoverParams(**editor.at("cards.kpi", "{ 成")))
        if "直播的成交额之和" in found.contents.value:
            return
    raise AssertionError(found.contents.value)
