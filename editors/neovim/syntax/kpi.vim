" Highlighting of .kpi policies: declarations, comments, texts, numbers with their units.
if exists("b:current_syntax")
  finish
endif

syn match kpiDeclaration /^\(policy\|dimension\|roster\|source\|param\|function\|indicator\|scorecard\|curve\|incentive\|rule\|test\)\>/
syn keyword kpiReserved if then else and or not in is true false none self

syn match kpiMember /^\s\+\(formula\|target\|scoring\|veto\|bonus\|deduct\|grade\|group\|pay\|cap\|floor\|when\|then\|expect\|note\|tag\|period\|currency\|edition\)\>/
syn match kpiKeyword /\<\(weight\|by\|where\|via\|among\|over\|for\|each\|when\|then\|tolerance\|stretch\|between\)\>/
syn match kpiNumber /\<\d\+\(\.\d\+\)\?\(k\|万\|亿\)\?\(%\|pp\|s\|min\|h\|d\|秒\|分钟\|小时\|天\|元\)\?/
syn match kpiDate /\<\d\{4}-\(Q[1-4]\|\d\d\(-\d\d\)\?\)\>/
syn region kpiText start=/"/ skip=/\\"/ end=/"/ oneline
syn region kpiName start=/`/ end=/`/ oneline
syn match kpiComment /\/\/.*/
syn match kpiDoc /\/\/\/.*/

hi def link kpiDeclaration Structure
hi def link kpiReserved Keyword
hi def link kpiMember Statement
hi def link kpiKeyword Keyword
hi def link kpiNumber Number
hi def link kpiDate Constant
hi def link kpiText String
hi def link kpiName Identifier
hi def link kpiComment Comment
hi def link kpiDoc SpecialComment

let b:current_syntax = "kpi"
