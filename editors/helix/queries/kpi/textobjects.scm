; `]f` goes to the next indicator or function, `]t` to the next other declaration, `]T` to the next test.
(indicator (block) @function.inside) @function.around
(function) @function.around
(curve) @function.around

(scorecard (block) @class.inside) @class.around
(incentive (block) @class.inside) @class.around
(rule (block) @class.inside) @class.around
(roster (block) @class.inside) @class.around
(source (block) @class.inside) @class.around
(dimension (block) @class.inside) @class.around

(test (block) @test.inside) @test.around

(parameter) @parameter.inside @parameter.around
(row value: (_) @entry.inside) @entry.around
(comment) @comment.inside
(comment)+ @comment.around
(doc_comment)+ @comment.around
