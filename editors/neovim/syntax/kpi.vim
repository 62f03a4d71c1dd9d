" Highlighting of .kpi policies: declarations, words in both spellings, comments, texts, numbers with their units.
" The words are those of crates/kpi-syntax/src/words: `cargo xtask editors` writes this file
" anew. A word is highlighted only where it may be one: a column may be called as a word is. Where
" several of these match at a place, the last one counts.
if exists("b:current_syntax")
  finish
endif

syn match kpiValue /\.\@1<!\<\(half_even\|september\|wednesday\|december\|february\|november\|quarters\|saturday\|thursday\|half_up\|january\|october\|periods\|quarter\|tuesday\|august\|friday\|monday\|months\|period\|sunday\|april\|march\|month\|weeks\|years\|days\|down\|july\|june\|week\|year\|day\|may\|up\|四舍五入\|四舍六入\|个周期\|个季度\|个年度\|个星期\|十一月\|十二月\|一月\|七月\|三月\|个月\|九月\|二月\|五月\|八月\|六月\|十月\|周一\|周三\|周二\|周五\|周六\|周四\|周日\|周期\|四月\|季度\|舍去\|进位\|周\|天\|年\|日\|月\)\>\%(\s*:\)\@!/
syn match kpiKeyword /\.\@1<!\<\(all_or_nothing\|proportional\|consecutive\|adjustable\|incomplete\|indicators\|mid_period\|quarterly\|share_met\|tolerance\|complete\|marginal\|monotone\|reweight\|supports\|average\|because\|between\|combine\|example\|exclude\|formula\|matches\|minutes\|missing\|ordered\|private\|scoring\|seconds\|stretch\|subject\|weights\|bottom\|deduct\|digits\|expect\|judged\|linear\|rating\|rolled\|sparse\|target\|unique\|vetoed\|weight\|within\|yearly\|among\|below\|bonus\|dated\|fired\|first\|floor\|grade\|group\|hours\|known\|label\|least\|needs\|round\|score\|share\|since\|split\|stint\|takes\|track\|until\|valid\|watch\|where\|worst\|card\|data\|days\|each\|fail\|from\|full\|last\|next\|none\|note\|once\|over\|part\|rank\|says\|step\|this\|time\|veto\|warn\|when\|with\|zero\|all\|cap\|for\|key\|not\|one\|pay\|per\|sum\|tag\|top\|via\|as\|at\|by\|in\|of\|on\|to\|up\|a\|期中变动\|考核对象\|达标占比\|重分权重\|不完整\|全或无\|可调整\|各指标\|合并于\|小数位\|按比例\|权重表\|被否决\|一次\|上限\|下限\|主键\|介于\|任期\|任选\|低于\|依据\|保密\|保底\|全体\|全部\|公式\|其中\|其次\|分摊\|分段\|分组\|分钟\|分项\|判定\|判缺\|加分\|匹配\|单位\|单调\|取整\|取自\|合并\|名称\|向上\|否决\|唯一\|因为\|处于\|完整\|容差\|小时\|已知\|平均\|归属\|归期\|得分\|截止\|截至\|扣减\|扣分\|按季\|按年\|挑战\|排名\|排除\|提示\|支撑\|数据\|时点\|时间\|最差\|最近\|有序\|有效\|期初\|期末\|权重\|某个\|标签\|每个\|求和\|汇总\|满分\|目标\|示例\|稀疏\|等级\|累进\|线性\|经由\|缺失\|自从\|至少\|范围\|薪酬\|观察\|触发\|计分\|记满\|记零\|设定\|评分\|说明\|跟踪\|连续\|适用\|阶梯\|零分\|需要\|面向\|预期\|预警\|于\|前\|卡\|后\|因\|天\|当\|按\|未\|本\|每\|秒\|自\|至\|随\)\>\%(\s*:\)\@!/
syn match kpiFunction /\.\@1<!\<\(count_distinct\|days_between\|percentile\|coalesce\|previous\|quantile\|weighted\|year_ago\|average\|exists\|growth\|lookup\|median\|stddev\|streak\|weight\|zscore\|clamp\|count\|first\|round\|last\|rank\|abs\|all\|any\|max\|min\|sum\|去年同期\|去重计数\|相隔天数\|连续期数\|中位数\|分位数\|标准分\|标准差\|百分位\|绝对值\|上期\|任一\|全部\|加权\|取整\|存在\|平均\|排名\|最大\|最小\|末值\|权重\|查找\|求和\|环比\|缺省\|计数\|限定\|首值\)\>\ze\s*(/
syn match kpiAttribute /\.\@1<=\<\(attainment\|progress\|actual\|length\|period\|target\|weight\|grade\|score\|start\|stint\|total\|date\|days\|rank\|end\|gap\|met\|达成率\|任期\|合计\|周期\|天数\|实际\|差距\|开始\|得分\|排名\|日期\|权重\|目标\|等级\|结束\|达标\|进度\|长度\)\>/
syn match kpiType /:\s*\zs\<\(datetime\|duration\|quarter\|number\|points\|count\|money\|month\|ratio\|bool\|date\|text\|year\|key\|日期时间\|主键\|分值\|季度\|布尔\|数值\|文本\|日期\|时长\|比率\|计数\|金额\|年\|月\)\>/
syn match kpiMember /\%(^\s\+\|[{,]\s*\)\zs\<\(consecutive\|data_source\|adjustable\|attainment\|incomplete\|mid_period\|quarterly\|tolerance\|complete\|counting\|currency\|reweight\|rounding\|supports\|timezone\|because\|between\|combine\|edition\|example\|exclude\|formula\|matches\|minutes\|ordered\|private\|scoring\|seconds\|stretch\|subject\|weights\|bottom\|deduct\|digits\|expect\|judged\|period\|rolled\|sparse\|starts\|target\|unique\|vetoed\|weight\|yearly\|bonus\|fired\|first\|floor\|grade\|hours\|label\|least\|round\|score\|share\|split\|stint\|takes\|track\|until\|valid\|watch\|card\|data\|days\|fail\|from\|full\|last\|next\|note\|once\|part\|rank\|says\|time\|veto\|warn\|week\|with\|year\|zero\|key\|not\|pay\|top\|as\|at\|by\|in\|of\|up\|数据来源\|期中变动\|考核对象\|重分权重\|不完整\|可调整\|小数位\|权重表\|被否决\|达成率\|一次\|下限\|主键\|介于\|任期\|保密\|保底\|公式\|其次\|分摊\|分段\|分钟\|分项\|判定\|判缺\|加分\|匹配\|单位\|取整\|取自\|口径\|合并\|名称\|向上\|否决\|周期\|唯一\|因为\|始于\|完整\|容差\|小时\|币种\|归属\|得分\|截止\|截至\|扣分\|按季\|按年\|挑战\|排名\|排除\|提示\|支撑\|数据\|时区\|时间\|有序\|有效\|期初\|期末\|权重\|汇总\|版本\|目标\|示例\|稀疏\|等级\|至少\|舍入\|薪酬\|观察\|触发\|计分\|记满\|记零\|设定\|说明\|跟踪\|连续\|适用\|预期\|预警\|前\|卡\|后\|周\|因\|天\|年\|未\|秒\)\>\%(\s*[:.(]\)\@!/
syn match kpiDeclaration /^\(dimension\|incentive\|indicator\|scorecard\|function\|require\|policy\|roster\|source\|curve\|param\|prove\|scale\|shape\|goal\|rule\|test\|view\|use\|战略目标\|数据源\|考核表\|函数\|制度\|参数\|名册\|引用\|指标\|曲线\|测试\|激励\|结构\|维度\|要求\|规则\|视图\|证明\|量表\)\>/
syn keyword kpiReserved false else none self then true and not if in is or 其余 否则 如果 属于 自身 不 且 假 则 或 无 是 真 非

syn match kpiNumber /\<\d\+\(\.\d\+\)\?\(k\|万\|亿\)\?\(%\|pp\|s\|min\|h\|d\|秒\|分钟\|小时\|天\|元\)\?/
syn match kpiDate /\<\d\{4}-\(Q[1-4]\|W\d\d\|\d\d\(-\d\d\)\?\)\>/
syn region kpiText start=/"/ skip=/\\"/ end=/"/ oneline
syn region kpiText start=/“/ end=/”/ oneline
syn region kpiName start=/`/ end=/`/ oneline
syn match kpiComment /\/\/.*/
syn match kpiDoc /\/\/\/.*/

hi def link kpiDeclaration Structure
hi def link kpiReserved Keyword
hi def link kpiMember Statement
hi def link kpiKeyword Keyword
hi def link kpiFunction Function
hi def link kpiAttribute Identifier
hi def link kpiType Type
hi def link kpiValue Constant
hi def link kpiNumber Number
hi def link kpiDate Constant
hi def link kpiText String
hi def link kpiName Identifier
hi def link kpiComment Comment
hi def link kpiDoc SpecialComment

let b:current_syntax = "kpi"
