vim.filetype.add({ extension = { kpi = "kpi" } })
