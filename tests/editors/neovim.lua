-- Neovim opens a policy: see tests/editors/run. The version of Debian 12, 0.7, is old enough to need another way than newer ones.
local failed = false
local function check(what, holds, got)
  if not holds then
    failed = true
    io.stderr:write(("\n  %s: %s"):format(what, vim.inspect(got)))
  end
end

local function wait(what, condition)
  check(what, vim.wait(30000, condition, 50), "waited for 30 s")
end

local function main()
  vim.opt.runtimepath:prepend(vim.env.KPI_EDITORS .. "/neovim")
  vim.cmd("filetype plugin indent on")
  vim.cmd("syntax on")
  vim.cmd("edit policy/cards.kpi")
  check("file type", vim.bo.filetype == "kpi", vim.bo.filetype)
  check("comments", vim.bo.commentstring == "// %s", vim.bo.commentstring)

  local group = function(line, column)
    return vim.fn.synIDattr(vim.fn.synID(line, column, 1), "name")
  end
  check("a declaration is highlighted", group(1, 1) == "kpiDeclaration", group(1, 1))
  check("a number is highlighted", vim.startswith(group(3, 22), "kpiNumber"), group(3, 22))

  -- The grammar of tree-sitter, with the queries for Neovim.
  vim.opt.runtimepath:append(vim.env.KPI_SITE)
  local tree = vim.treesitter.get_parser(0, "kpi"):parse()[1]:root()
  check("the grammar reads the policy", tree:type() == "source_file" and not tree:has_error(), tree:sexpr())
  local query = (vim.treesitter.query.get or vim.treesitter.get_query)("kpi", "highlights")
  local captured = {}
  for id, node in query:iter_captures(tree, 0, 0, -1) do
    local line, column = node:start()
    captured[line .. ":" .. column] = query.captures[id]
  end
  check("its query finds a keyword", captured["0:0"] == "keyword", captured)
  check("its query finds a name", captured["0:10"] == "function", captured)
  check("its query finds a number", captured["2:21"] == "number", captured)

  wait("the server attaches", function()
    return #vim.tbl_values(vim.lsp.buf_get_clients(0)) == 1
  end)
  -- feature: findings
  wait("a finding is shown", function()
    return #vim.diagnostic.get(0) > 0
  end)
  local finding = vim.diagnostic.get(0)[1] or {}
  check("its line and column", finding.lnum == 2 and finding.col == 2, finding)
  check("its message", (finding.message or ""):find("missing_one", 1, true), finding.message)

  -- What a request of this buffer is answered; the line of the cursor counts from 1, its column from 0.
  local ask = function(method, params, line, column)
    if line then
      vim.api.nvim_win_set_cursor(0, { line, column })
      params = vim.tbl_extend("force", vim.lsp.util.make_position_params(), params)
    end
    for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, 10000) or {}) do
      return answer.result
    end
  end

  -- feature: hover
  local said = ask("textDocument/hover", {}, 2, 2)
  said = said and said.contents and said.contents.value or ""
  check("a hover", said:find("the sum of", 1, true), said)

  -- feature: signature
  vim.cmd("edit policy/data.kpi")
  wait("the server attaches to another file", function()
    return #vim.tbl_values(vim.lsp.buf_get_clients(0)) == 1
  end)
  local line = vim.api.nvim_buf_get_lines(0, 11, 12, true)[1]
  local signature = ask("textDocument/signatureHelp", {}, 12, line:find("live", 1, true) - 1)
  check("a signature", signature and signature.signatures[1].label:find("求和(", 1, true), signature)

  -- feature: extract, add-test
  vim.api.nvim_win_set_cursor(0, { 13, 13 })
  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {} }
  local kinds = vim.tbl_map(function(action)
    return action.kind
  end, ask("textDocument/codeAction", params) or {})
  check("actions", vim.tbl_contains(kinds, "refactor.extract") and vim.tbl_contains(kinds, "refactor.rewrite"), kinds)
  vim.cmd("edit policy/cards.kpi")

  -- feature: completion
  vim.api.nvim_buf_set_lines(0, 1, 2, true, { "  成交 weight   60%" })
  local items = ask("textDocument/completion", {}, 2, 8)
  items = vim.lsp.util.text_document_completion_list_to_complete_items(items or {}, "")
  local words = vim.tbl_map(function(item)
    return item.word
  end, items)
  check("completion", vim.tbl_contains(words, "成交额"), words)
  vim.api.nvim_buf_set_lines(0, 1, 2, true, { "  成交额 weight   60%" })

  -- feature: references
  local places = vim.lsp.util.locations_to_items(
    ask("textDocument/references", { context = { includeDeclaration = true } }, 2, 2) or {},
    "utf-16"
  )
  check("references", #places == 2 and places[1].lnum == 2 and places[1].col == 3 and places[2].col == 8, places)
  local marked = ask("textDocument/documentHighlight", {}, 2, 2)
  check("highlights", marked and #marked == 1, marked)

  -- feature: symbols, workspace-symbols
  local symbols = ask("textDocument/documentSymbol", { textDocument = vim.lsp.util.make_text_document_params() })
  check("the outline", symbols and symbols[1] and symbols[1].name == "main", symbols)
  symbols = ask("workspace/symbol", { query = "cje" })
  check("symbols by pinyin", symbols and symbols[1] and symbols[1].name == "成交额", symbols)

  -- feature: definition
  vim.api.nvim_win_set_cursor(0, { 2, 2 })
  local there = vim.lsp.buf_request_sync(0, "textDocument/definition", vim.lsp.util.make_position_params(0), 10000)
  local place = nil
  for _, answer in pairs(there or {}) do
    place = answer.result and (answer.result[1] or answer.result)
  end
  local range = place and (place.range or place.targetSelectionRange)
  local uri = place and (place.uri or place.targetUri) or ""
  check("the definition", range and range.start.line == 10 and uri:find("data.kpi", 1, true), there)

  -- feature: format
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ async = false, timeout_ms = 10000 })
  else
    vim.lsp.buf.formatting_sync(nil, 10000)
  end
  local line = vim.api.nvim_buf_get_lines(0, 1, 2, true)[1]
  check("formatting", line == "  成交额      weight 60%", line)

  -- feature: rename, texts
  vim.api.nvim_win_set_cursor(0, { 2, 2 })
  vim.lsp.buf.rename("销售🎯额")
  wait("a renaming changes this file", function()
    return vim.api.nvim_buf_get_lines(0, 1, 2, true)[1]:find("`销售🎯额`", 1, true)
  end)
  local data = vim.api.nvim_buf_get_lines(vim.fn.bufnr("policy/data.kpi"), 10, 11, true)[1]
  check("and the other one", data == '指标 `销售🎯额` "🎯" {', data)
  -- The server is told of each file a moment later.
  wait("the new name stands for the indicator", function()
    return ask("textDocument/prepareRename", {}, 2, 2)
  end)
  vim.lsp.buf.rename("成交额")
  wait("and back", function()
    return vim.api.nvim_buf_get_lines(0, 1, 2, true)[1]:find("^  成交额 ")
  end)

  -- Indenting what is in style changes nothing.
  local before = vim.api.nvim_buf_get_lines(0, 0, -1, true)
  vim.cmd("silent normal! gg=G")
  local after = vim.api.nvim_buf_get_lines(0, 0, -1, true)
  check("indentation", vim.deep_equal(before, after), after)

  vim.cmd("silent write")
  vim.cmd("KpiTest")
  local said = function()
    for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
      if vim.bo[buffer].buftype == "nofile" and vim.api.nvim_buf_get_name(buffer):find("kpi test", 1, true) then
        return true
      end
    end
    return false
  end
  wait("a command shows what kpi says", said)
end

local whole, why = xpcall(main, debug.traceback)
check("the test itself", whole, why)
io.stdout:write(failed and "\n" or "ok\n")
vim.cmd(failed and "cquit 1" or "qall!")
