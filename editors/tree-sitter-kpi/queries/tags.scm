; The names that a file declares.
(indicator name: (_) @name) @definition.function
(function name: (_) @name) @definition.function
(curve name: (_) @name) @definition.function
(scorecard name: (_) @name) @definition.class
(incentive name: (_) @name) @definition.class
(rule name: (_) @name) @definition.class
(roster name: (_) @name) @definition.class
(source name: (_) @name) @definition.class
(shape name: (_) @name) @definition.interface
(view name: (_) @name) @definition.class
(dimension name: (_) @name) @definition.type
(scale name: (_) @name) @definition.type
(param name: (_) @name) @definition.constant
(goal name: (_) @name) @definition.constant
(call function: (identifier) @name) @reference.call
