-- The language server for this buffer; one server a project, whose root holds kpi.toml.
vim.bo.commentstring = "// %s"
vim.lsp.start({
  name = "kpi",
  cmd = { "kpi", "lsp" },
  root_dir = vim.fs.dirname(vim.fs.find("kpi.toml", { upward = true, path = vim.api.nvim_buf_get_name(0) })[1]),
})
