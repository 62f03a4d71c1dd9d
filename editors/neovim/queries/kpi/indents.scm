; Two spaces deeper inside braces, parentheses and brackets, in the captures of nvim-treesitter.
[
  (block)
  (table)
  (parameters)
  (arguments)
  (parenthesized)
] @indent.begin

["}" ")" "]"] @indent.branch @indent.end

[
  (comment)
  (doc_comment)
] @indent.auto
