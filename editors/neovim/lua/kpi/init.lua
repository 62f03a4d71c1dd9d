-- KPI policies in Neovim: the language server, and commands that run, test and explain.
--
-- Nothing needs to be called. `require("kpi").setup({ ... })` in the configuration changes:
--   cmd       the program, as a list; { "kpi" } unless told
--   language  "en" or "zh", for messages; that of the system unless told
--   on_attach called with the client and the buffer when the server is there
local M = {}

local options = { cmd = { "kpi" } }
-- The clients by project, for versions that do not look for them.
local clients = {}

function M.setup(given)
  options = vim.tbl_extend("force", options, given or {})
end

--- The project of a buffer: the folder upwards that holds kpi.toml, else the folder of the file.
function M.root(buffer)
  local path = vim.api.nvim_buf_get_name(buffer or 0)
  local folder = path ~= "" and vim.fn.fnamemodify(path, ":p:h") or vim.fn.getcwd()
  local found = vim.fn.findfile("kpi.toml", vim.fn.escape(folder, " ,;\\") .. ";")
  return found ~= "" and vim.fn.fnamemodify(found, ":p:h") or folder
end

local function command(arguments)
  local words = vim.list_extend(vim.deepcopy(options.cmd), arguments)
  if options.language then
    vim.list_extend(words, { "--lang", options.language })
  end
  return words
end

--- Starts the language server for a buffer, one for each project.
function M.attach(buffer)
  if vim.fn.executable(options.cmd[1]) == 0 then
    vim.notify_once("`" .. options.cmd[1] .. "` is not on the PATH: policies are highlighted, and nothing more", vim.log.levels.WARN)
  else
    local root = M.root(buffer)
    local config = { name = "kpi", cmd = command({ "lsp" }), root_dir = root, on_attach = options.on_attach }
    if vim.lsp.start then
      vim.lsp.start(config, { bufnr = buffer })
    else
      local id = clients[root]
      if not id or vim.lsp.get_client_by_id(id) == nil then
        config.workspace_folders = { { uri = vim.uri_from_fname(root), name = root } }
        id = vim.lsp.start_client(config)
        clients[root] = id
      end
      vim.lsp.buf_attach_client(buffer, id)
    end
  end
  -- Where the parser of editors/tree-sitter-kpi is installed it highlights better than patterns do.
  if vim.treesitter and vim.treesitter.start then
    pcall(vim.treesitter.start, buffer, "kpi")
  end
  for name, does in pairs(M.commands) do
    vim.api.nvim_buf_create_user_command(buffer, name, does, { nargs = "*" })
  end
end

--- Runs `kpi` in the project of the buffer and shows what it says in a window below.
function M.show(arguments)
  if vim.bo.modified then
    vim.cmd("silent write")
  end
  local words = command(arguments)
  local root = M.root(0)
  local lines = {}
  local gather = function(_, said)
    for i, line in ipairs(said) do
      if i == 1 and #lines > 0 then
        lines[#lines] = lines[#lines] .. line
      else
        table.insert(lines, line)
      end
    end
  end
  local done = function(_, code)
    vim.cmd("botright new")
    vim.bo.buftype, vim.bo.bufhidden, vim.bo.swapfile = "nofile", "wipe", false
    vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
    vim.bo.modifiable = false
    pcall(vim.api.nvim_buf_set_name, 0, table.concat(words, " ") .. " (" .. code .. ")")
    vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = 0 })
  end
  return vim.fn.jobstart(words, {
    cwd = root,
    env = { NO_COLOR = "1" },
    stdout_buffered = true,
    stderr_buffered = true,
    on_stdout = gather,
    on_stderr = gather,
    on_exit = done,
  })
end

--- The words of a command with the first that looks like a period as `--period`.
function M.with_period(words)
  local out, seen = {}, false
  for _, word in ipairs(words) do
    if not seen and word:match("^%d%d%d%d") then
      seen = true
      vim.list_extend(out, { "--period", word })
    else
      seen = seen or vim.startswith(word, "--period") or vim.startswith(word, "--from")
      table.insert(out, word)
    end
  end
  return out
end

M.commands = {
  -- :KpiRun 2026-10
  KpiRun = function(given)
    M.show(vim.list_extend({ "run" }, M.with_period(given.fargs)))
  end,
  -- :KpiTest, :KpiTest part of a name
  KpiTest = function(given)
    M.show(given.args == "" and { "test" } or { "test", ".", given.args })
  end,
  -- :KpiWhy A01 gmv 2026-10; without a name all cards of the subject
  KpiWhy = function(given)
    local words = given.fargs
    if #words == 0 then
      vim.notify("whose? :KpiWhy A01 [what] [period]", vim.log.levels.WARN)
      return
    end
    M.show(vim.list_extend({ "why" }, M.with_period(words)))
  end,
}

return M
