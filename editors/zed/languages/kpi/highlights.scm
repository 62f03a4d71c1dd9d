; What is highlighted in `.kpi` policies. The words are those of crates/kpi-syntax/src/words: `cargo xtask editors` writes
; this file anew.

(comment) @comment
(doc_comment) @comment.documentation
(string) @string
(number) @number
(proportion) @number
(date) @number
(placeholder) @variable.parameter
(operator) @operator
(identifier) @variable
(quoted_name) @variable
(keyword) @keyword

; Periods, days, months, ways to combine; units of columns
((setting (identifier) @constant.builtin) (#any-of? @constant.builtin "half_even" "september" "share_met" "wednesday" "december" "february" "november" "quarters" "saturday" "thursday" "average" "half_up" "january" "october" "periods" "quarter" "tuesday" "august" "friday" "monday" "months" "period" "sunday" "april" "march" "month" "weeks" "worst" "years" "days" "down" "july" "june" "week" "year" "all" "day" "may" "sum" "up" "四舍五入" "四舍六入" "达标占比" "个周期" "个季度" "个年度" "个星期" "十一月" "十二月" "一月" "七月" "三月" "个月" "九月" "二月" "五月" "全部" "八月" "六月" "十月" "周一" "周三" "周二" "周五" "周六" "周四" "周日" "周期" "四月" "季度" "平均" "最差" "求和" "舍去" "进位" "周" "天" "年" "日" "月"))
((member (identifier) @constant.builtin) (#any-of? @constant.builtin "half_even" "september" "share_met" "wednesday" "december" "february" "november" "quarters" "saturday" "thursday" "average" "half_up" "january" "october" "periods" "quarter" "tuesday" "august" "friday" "monday" "months" "period" "sunday" "april" "march" "month" "weeks" "worst" "years" "days" "down" "july" "june" "week" "year" "all" "day" "may" "sum" "up" "四舍五入" "四舍六入" "达标占比" "个周期" "个季度" "个年度" "个星期" "十一月" "十二月" "一月" "七月" "三月" "个月" "九月" "二月" "五月" "全部" "八月" "六月" "十月" "周一" "周三" "周二" "周五" "周六" "周四" "周日" "周期" "四月" "季度" "平均" "最差" "求和" "舍去" "进位" "周" "天" "年" "日" "月"))
((target (identifier) @constant.builtin) (#any-of? @constant.builtin "half_even" "september" "share_met" "wednesday" "december" "february" "november" "quarters" "saturday" "thursday" "average" "half_up" "january" "october" "periods" "quarter" "tuesday" "august" "friday" "monday" "months" "period" "sunday" "april" "march" "month" "weeks" "worst" "years" "days" "down" "july" "june" "week" "year" "all" "day" "may" "sum" "up" "四舍五入" "四舍六入" "达标占比" "个周期" "个季度" "个年度" "个星期" "十一月" "十二月" "一月" "七月" "三月" "个月" "九月" "二月" "五月" "全部" "八月" "六月" "十月" "周一" "周三" "周二" "周五" "周六" "周四" "周日" "周期" "四月" "季度" "平均" "最差" "求和" "舍去" "进位" "周" "天" "年" "日" "月"))
((line (identifier) @constant.builtin) (#any-of? @constant.builtin "half_even" "september" "share_met" "wednesday" "december" "february" "november" "quarters" "saturday" "thursday" "average" "half_up" "january" "october" "periods" "quarter" "tuesday" "august" "friday" "monday" "months" "period" "sunday" "april" "march" "month" "weeks" "worst" "years" "days" "down" "july" "june" "week" "year" "all" "day" "may" "sum" "up" "四舍五入" "四舍六入" "达标占比" "个周期" "个季度" "个年度" "个星期" "十一月" "十二月" "一月" "七月" "三月" "个月" "九月" "二月" "五月" "全部" "八月" "六月" "十月" "周一" "周三" "周二" "周五" "周六" "周四" "周日" "周期" "四月" "季度" "平均" "最差" "求和" "舍去" "进位" "周" "天" "年" "日" "月"))
((group (identifier) @constant.builtin) (#any-of? @constant.builtin "half_even" "september" "share_met" "wednesday" "december" "february" "november" "quarters" "saturday" "thursday" "average" "half_up" "january" "october" "periods" "quarter" "tuesday" "august" "friday" "monday" "months" "period" "sunday" "april" "march" "month" "weeks" "worst" "years" "days" "down" "july" "june" "week" "year" "all" "day" "may" "sum" "up" "四舍五入" "四舍六入" "达标占比" "个周期" "个季度" "个年度" "个星期" "十一月" "十二月" "一月" "七月" "三月" "个月" "九月" "二月" "五月" "全部" "八月" "六月" "十月" "周一" "周三" "周二" "周五" "周六" "周四" "周日" "周期" "四月" "季度" "平均" "最差" "求和" "舍去" "进位" "周" "天" "年" "日" "月"))
((arguments (number) . (identifier) @constant.builtin) (#any-of? @constant.builtin "half_even" "september" "share_met" "wednesday" "december" "february" "november" "quarters" "saturday" "thursday" "average" "half_up" "january" "october" "periods" "quarter" "tuesday" "august" "friday" "monday" "months" "period" "sunday" "april" "march" "month" "weeks" "worst" "years" "days" "down" "july" "june" "week" "year" "all" "day" "may" "sum" "up" "四舍五入" "四舍六入" "达标占比" "个周期" "个季度" "个年度" "个星期" "十一月" "十二月" "一月" "七月" "三月" "个月" "九月" "二月" "五月" "全部" "八月" "六月" "十月" "周一" "周三" "周二" "周五" "周六" "周四" "周日" "周期" "四月" "季度" "平均" "最差" "求和" "舍去" "进位" "周" "天" "年" "日" "月"))
((column (identifier) @constant.builtin) (#any-of? @constant.builtin "exclude" "matches" "minutes" "ordered" "private" "seconds" "subject" "digits" "sparse" "unique" "hours" "label" "valid" "days" "from" "time" "key" "as" "in" "考核对象" "小数位" "主键" "保密" "分钟" "匹配" "单位" "取自" "名称" "唯一" "小时" "截至" "排除" "时间" "有序" "有效" "稀疏" "天" "秒"))

["{" "}" "(" ")" "[" "]"] @punctuation.bracket
["," ":" "|" "."] @punctuation.delimiter

; Names where they are declared
(dimension name: (_) @type)
(scale name: (_) @type)
(roster name: (_) @type)
(source name: (_) @type)
(shape name: (_) @type)
(view name: (_) @type)
(function name: (_) @function)
(curve name: (_) @function)
(indicator name: (_) @function)
(scorecard name: (_) @function)
(incentive name: (_) @function)
(rule name: (_) @function)
(param name: (_) @constant)
(goal name: (_) @constant)
(use module: (_) @module)
(parameter name: (_) @variable.parameter)
(column name: (_) @property)
(view_column name: (_) @property)
(dimension_member name: (_) @constant)
(line name: (_) @variable)
(pay name: (_) @property)
(veto name: (_) @property)
(bonus name: (_) @property)
(deduction name: (_) @property)
(group name: (_) @property)
(part name: (_) @property)
(note topic: (_) @property)

; Types, functions and what results have
(type (identifier) @type)
((type (identifier) @type.builtin) (#any-of? @type.builtin "datetime" "duration" "quarter" "number" "points" "count" "money" "month" "ratio" "bool" "date" "text" "year" "key" "日期时间" "主键" "分值" "季度" "布尔" "数值" "文本" "日期" "时长" "比率" "计数" "金额" "年" "月"))
(field name: (_) @property)
((identifier) @property (#any-of? @property "attainment" "progress" "actual" "length" "period" "target" "weight" "grade" "score" "start" "stint" "total" "date" "days" "rank" "end" "gap" "met" "达成率" "任期" "合计" "周期" "天数" "实际" "差距" "开始" "得分" "排名" "日期" "权重" "目标" "等级" "结束" "达标" "进度" "长度"))
(call function: (identifier) @function.call)
((call function: (identifier) @function.builtin) (#any-of? @function.builtin "all_or_nothing" "count_distinct" "days_between" "proportional" "percentile" "coalesce" "marginal" "previous" "quantile" "weighted" "year_ago" "average" "deduct" "exists" "growth" "linear" "lookup" "median" "rating" "stddev" "streak" "weight" "zscore" "below" "clamp" "count" "first" "round" "last" "none" "rank" "step" "abs" "all" "any" "max" "min" "sum" "of" "去年同期" "去重计数" "相隔天数" "连续期数" "中位数" "全或无" "分位数" "按比例" "标准分" "标准差" "百分位" "绝对值" "上期" "任一" "低于" "全部" "加权" "取整" "存在" "平均" "扣减" "排名" "最大" "最小" "末值" "权重" "查找" "求和" "满分" "环比" "累进" "线性" "缺省" "计数" "评分" "阶梯" "限定" "零分" "首值"))

; Rows of tables and of data
(row key: (row_key (identifier) @constant))
(data_row table: (_) @type)
(cell) @string.special
