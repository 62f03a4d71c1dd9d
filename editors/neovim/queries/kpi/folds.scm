; What can be folded: blocks, tables, arguments over several lines, and comments.
[
  (block)
  (table)
  (parameters)
  (arguments)
] @fold

(doc_comment)+ @fold
(comment)+ @fold
