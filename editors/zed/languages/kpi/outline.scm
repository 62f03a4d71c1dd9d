(policy (keyword) @context label: (_) @name) @item
(dimension (keyword) @context name: (_) @name) @item
(scale (keyword) @context name: (_) @name) @item
(roster (keyword) @context name: (_) @name) @item
(source (keyword) @context name: (_) @name) @item
(shape (keyword) @context name: (_) @name) @item
(view (keyword) @context name: (_) @name) @item
(param (keyword) @context name: (_) @name) @item
(function (keyword) @context name: (_) @name) @item
(curve (keyword) @context name: (_) @name) @item
(indicator . (keyword) @context name: (_) @name) @item
(part . (keyword) @context name: (_) @name) @item
(scorecard . (keyword) @context name: (_) @name) @item
(group . (keyword) @context name: (_) @name) @item
(line name: (_) @name) @item
(veto . (keyword) @context name: (_) @name) @item
(incentive . (keyword) @context name: (_) @name) @item
(pay . (keyword) @context name: (_) @name) @item
(rule . (keyword) @context name: (_) @name) @item
(goal . (keyword) @context name: (_) @name) @item
(test . (keyword) @context label: (_) @name) @item
