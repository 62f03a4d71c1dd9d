; All files of a package are one namespace: what a declaration names is known everywhere, parameters and parts only inside.
(source_file) @local.scope
(function) @local.scope
(indicator) @local.scope

(dimension name: (_) @local.definition.type)
(scale name: (_) @local.definition.type)
(roster name: (_) @local.definition.type)
(source name: (_) @local.definition.type)
(shape name: (_) @local.definition.type)
(view name: (_) @local.definition.type)
(param name: (_) @local.definition.var)
(curve name: (_) @local.definition.function)
(function name: (_) @local.definition.function)
(indicator name: (_) @local.definition.function)
(scorecard name: (_) @local.definition.function)
(incentive name: (_) @local.definition.function)
(rule name: (_) @local.definition.function)
(goal name: (_) @local.definition.var)
(parameter name: (_) @local.definition.parameter)
(part name: (_) @local.definition.var)
(column name: (_) @local.definition.field)
(dimension_member name: (_) @local.definition.constant)

(identifier) @local.reference
(quoted_name) @local.reference
