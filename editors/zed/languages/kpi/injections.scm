((column
  (keyword) @_matches
  .
  (string) @content)
  (#any-of? @_matches "matches" "匹配")
  (#set! "language" "regex"))
