[
  (block)
  (table)
  (parameters)
  (arguments)
  (parenthesized)
] @indent

["}" ")" "]"] @outdent
