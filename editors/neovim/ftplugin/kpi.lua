-- Settings of a buffer with a policy; its language server.
if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = 1

vim.bo.commentstring = "// %s"
vim.bo.comments = ":///,://"
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.suffixesadd = ".kpi"
-- A name in Chinese is one word: letters beyond ASCII belong to words.
vim.opt_local.iskeyword:append("_")

require("kpi").attach(vim.api.nvim_get_current_buf())
