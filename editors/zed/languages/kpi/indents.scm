(block "}" @end) @indent
(table "}" @end) @indent
(parameters ")" @end) @indent
(arguments ")" @end) @indent
(parenthesized ")" @end) @indent
