; Comments may hold what editors know of comments everywhere; what a column must match is a regular expression.
((comment) @injection.content
  (#set! injection.language "comment"))

((column
  (keyword) @_matches
  .
  (string) @injection.content)
  (#any-of? @_matches "matches" "匹配")
  (#offset! @injection.content 0 1 0 -1)
  (#set! injection.language "regex"))
