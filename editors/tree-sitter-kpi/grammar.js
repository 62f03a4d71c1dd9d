/**
 * The grammar of `.kpi` policies for editors.
 *
 * It gives the shape of a file, and never refuses one that the compiler accepts: declarations, their names, labels and
 * members are exact; inside a member, calls, fields, tables and their rows are read, and the rest is a sequence of operands,
 * operators and words. What is right or wrong there is the compiler's business (`kpi lsp`).
 *
 * A word is a keyword only where one may stand: a column may be called `target`. Both spellings come from words.json,
 * which `cargo xtask editors` writes from the one table of the language. Where lines end, where declarations begin and what
 * a cell of a grid holds is told by src/scanner.c.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const WORDS = require('./words.json');

/** A word in all its spellings, as one token. */
const word = (english) => {
  const all = new Set([english]);
  for (const word of WORDS) if (word.english === english) all.add(word.chinese);
  return token(choice(...all));
};

/** The words of some places, in English. */
const of = (...places) => WORDS.filter((word) => places.includes(word.place)).map((word) => word.english);

/** A word in any spelling, as a node `keyword`. */
const kw = ($, ...words) => alias(choice(...words.map(word)), $.keyword);

/** A word in any spelling, where it is the name of something. */
const asName = ($, words) => alias(choice(...words.map(word)), $.identifier);

const list = (rule) => seq(rule, repeat(seq(',', rule)), optional(','));

/** After these an operand follows, be it on the next line. */
const JOINTS = ['if', 'then', 'else', 'and', 'or', 'not', 'in', 'is', 'where'];
const minus = (words, ...less) => [...new Set(words)].filter((word) => !less.flat().includes(word));

/** Words inside parentheses and formulas. */
const IN_EXPRESSIONS = minus(
  [...of('reserved'), 'by', 'over', 'among', 'all', 'via', 'dated', 'at', 'needs', 'last', 'this', 'since', 'missing', 'known'],
  JOINTS,
);
/** Words behind the name of a column, and in other members of a table. */
const IN_TABLES = minus([...of('table'), 'to', 'of'], JOINTS, 'seconds', 'minutes', 'hours', 'days');
/** Words inside members and headers. */
const IN_MEMBERS = minus(
  of('reserved', 'clause', 'row', 'indicator', 'scoring', 'combine', 'card', 'pay', 'rule', 'requirement', 'test', 'proof', 'policy')
    .concat(['scorecard', 'indicator', 'goal']),
  JOINTS,
  'formula', 'target', 'note', 'score', 'attainment', 'edition', 'currency', 'timezone', 'worst', 'sum', 'average', 'share_met', 'a', 'card', 'indicators',
);

/** Words in headers. */
const IN_HEADERS = minus(
  IN_EXPRESSIONS.concat(['for', 'each', 'scorecard', 'indicator', 'of', 'tag', 'from', 'group']),
  'by',
);
/** Words in the headers of groups, which stand in a block. */
const IN_GROUPS = ['weight', 'combine', 'when', 'missing', 'fail', 'zero', 'full', 'reweight', 'all'];

/** A sequence of operands, operators and words. */
function content(name, words, braces, joints, more = []) {
  const piece = ($) => $[`_${name}_piece`];
  const names = minus(words, of('reserved'));
  return {
    [`_${name}`]: ($) => repeat1(piece($)),
    // A word that is a name here: a function, or what has fields or keys.
    [`_${name}_word`]: ($) =>
      choice(
        asName($, names),
        alias($[`_${name}_call`], $.call),
        alias($[`_${name}_field`], $.field),
        alias($[`_${name}_index`], $.index),
      ),
    [`_${name}_call`]: ($) =>
      seq(field('function', $[`_${name}_word`]), alias($.call_arguments, $.arguments)),
    [`_${name}_field`]: ($) => seq($[`_${name}_word`], choice('.', '．'), $._name),
    [`_${name}_index`]: ($) => seq($[`_${name}_word`], $._keys),
    [`_${name}_piece`]: ($) =>
      choice(
        $._operand,
        kw($, ...words),
        alias($[`_${name}_call`], $.call),
        alias($[`_${name}_field`], $.field),
        alias($[`_${name}_index`], $.index),
        seq($.operator, piece($)),
        seq(kw($, ...minus(joints, 'in')), piece($)),
        seq(kw($, 'in'), braces ? piece($) : choice($.table, piece($))),
        ...(braces ? [$.table] : []),
        ...more.map((rule) => $[rule]),
      ),
  };
}

module.exports = grammar({
  name: 'kpi',

  word: ($) => $.identifier,

  externals: ($) => [
    $._item_start, // before the word in column 0 that begins a declaration
    $._break, // a line break that ends a member or a row
    $._unclosed, // where a bracket should have been closed: before the next declaration, and at the end
    $._unclosed_round, // the same for round and square brackets, also before a brace that closes what holds them
    $._grid_start, // before a row of a grid of data
    $.cell, // the raw text of its cell
    $._error_sentinel, // never used: it is valid only while the parser recovers
  ],

  extras: ($) => [/[\s\u3000\ufeff]/, $.doc_comment, $.comment],

  inline: ($) => [$._name],

  conflicts: ($) => [[$.by_table, $._member_piece], [$.line, $._member_piece], [$.proportion, $._operand], [$.group_keys], [$.member], [$.rule_member]],

  rules: {
    source_file: ($) => repeat($._declaration),

    _declaration: ($) =>
      seq(
        $._item_start,
        choice(
          $.policy,
          $.dimension,
          $.scale,
          $.roster,
          $.source,
          $.shape,
          $.view,
          $.param,
          $.function,
          $.curve,
          $.indicator,
          $.scorecard,
          $.incentive,
          $.rule,
          $.test,
          $.use,
          $.goal,
          $.require,
          $.prove,
          $.unknown_declaration,
        ),
      ),

    // ---- Declarations

    policy: ($) => seq(kw($, 'policy'), $._label, optional($._head), optional($._policy_block_end)),
    _policy_block_end: ($) => seq(alias($.policy_block, $.block), optional($.stray)),
    policy_block: ($) => block($, choice(alias($.plain_member, $.setting), $.unknown_member)),

    dimension: ($) =>
      seq(
        kw($, 'dimension'),
        $._called,
        optional(kw($, 'ordered')),
        optional($._label),
        optional($._dimension_block_end),
      ),
    _dimension_block_end: ($) => seq(alias($.dimension_block, $.block), optional($.stray)),
    dimension_block: ($) => block($, $.dimension_member),
    dimension_member: ($) => seq($._name, optional($._label)),

    scale: ($) => seq(kw($, 'scale'), $._called, optional($._head), optional($._scale_block_end)),
    _scale_block_end: ($) => seq(alias($.scale_block, $.block), optional($.stray)),
    scale_block: ($) => block($, $.anchor),
    anchor: ($) => seq(field('step', $.number), colon(), $.string),

    roster: ($) => seq(kw($, 'roster'), tableRest($)),
    source: ($) => seq(kw($, 'source'), tableRest($)),
    shape: ($) => seq(kw($, 'shape'), tableRest($)),
    _table_block_end: ($) => seq(alias($.table_block, $.block), optional($.stray)),
    table_block: ($) => block($, choice($.column, $.clause)),
    column: ($) =>
      seq(
        choice(
          seq($._name, optional(seq(colon(), field('type', $.type)))),
          seq(field('name', asName($, ['valid', 'as', 'sparse', 'exclude'])), colon(), field('type', $.type)),
        ),
        optional($._columns),
      ),
    clause: ($) => seq(kw($, 'valid', 'as', 'sparse', 'exclude'), optional($._columns)),
    type: ($) => seq(optional('->'), choice($.identifier, $.quoted_name), optional(choice('?', '？'))),

    view: ($) =>
      seq(kw($, 'view'), $._called, optional($._head), optional(seq(kw($, 'by'), $._head)), optional($._view_block_end)),
    _view_block_end: ($) => seq(alias($.view_block, $.block), optional($.stray)),
    view_block: ($) => block($, $.view_column),
    view_column: ($) => seq($._name, optional($._label), choice('=', '＝'), $._member),

    param: ($) => seq(kw($, 'param'), $._called, colon(), field('type', $.type), $._rest),
    function: ($) =>
      seq(
        kw($, 'function'),
        $._called,
        field('parameters', $.parameters),
        colon(),
        field('type', $.type),
        $._rest,
      ),
    parameters: ($) => seq(choice(open('(', '（'), immediate()), optional(list($.parameter)), close($, ')', '）', $._unclosed_round)),
    parameter: ($) => seq($._name, colon(), field('type', $.type), optional($._expression)),
    curve: ($) => seq(kw($, 'curve'), $._called, $._rest),

    indicator: ($) =>
      seq(
        kw($, 'indicator'),
        choice($._called, seq($._name, field('parameters', $.parameters), optional($._label))),
        optional(seq($.operator, $._head)),
        optional($._indicator_block_end),
      ),
    _indicator_block_end: ($) => seq(alias($.indicator_block, $.block), optional($.stray)),
    indicator_block: ($) => block($, choice($.part, $.example, $.formula, $.target, $.note, $.member, $.unknown_member)),
        formula: ($) => seq(kw($, 'formula'), $._member),
    target: ($) => seq(kw($, 'target'), $._member),
    note: ($) => seq(kw($, 'note'), field('topic', choice(kw($, ...of('note')), $.identifier)), $.string),
    member: ($) =>
      seq(
        kw($, ...minus(of('indicator', 'policy'), 'formula', 'target', 'note', 'part', 'example'), 'tag', 'when'),
        optional($._member),
        repeat($._more),
      ),
    // `supports growth, quality`: the comma ends no member.
    _more: ($) => prec.dynamic(-1, seq(choice(',', '，'), $._operand, optional($._member))),
    part: ($) => seq(kw($, 'part'), $._name, optional($._label), alias($.indicator_block, $.block)),
    example: ($) => seq(kw($, 'example'), $._label, alias($.test_block, $.block)),

    scorecard: ($) => seq(kw($, 'scorecard'), $._called, optional($._head), optional($._card_block_end)),
    _card_block_end: ($) => seq(alias($.card_block, $.block), optional($.stray)),
    card_block: ($) => block($, choice($.line, $.group, $.veto, $.bonus, $.deduction, $.ranking, alias($.card_member, $.member))),
    line: ($) =>
      choice(
        seq($._name, optional($._member)),
        prec.dynamic(
          1,
          seq(
            field('name', asName($, ['group', 'veto', 'bonus', 'deduct', 'grade', 'rank', 'period', 'weights', 'mid_period'])),
            kw($, 'weight', 'watch'),
            optional($._member),
          ),
        ),
      ),
    group: ($) => seq(kw($, 'group'), $._name, optional($._label), optional($._group_head), alias($.group_block, $.block)),
    group_block: ($) => block($, choice($.line, $.group)),
    veto: ($) => seq(kw($, 'veto'), $._name, optional($._label), optional($._member)),
    bonus: ($) => seq(kw($, 'bonus'), $._name, optional($._label), optional($._member)),
    deduction: ($) => seq(kw($, 'deduct'), $._name, optional($._label), optional($._member)),
    ranking: ($) => seq(kw($, 'rank'), kw($, 'among'), $.group_keys),
    card_member: ($) => seq(kw($, 'grade', 'period', 'weights', 'mid_period'), optional($._member)),

    incentive: ($) => seq(kw($, 'incentive'), $._called, optional($._head), optional($._pay_block_end)),
    _pay_block_end: ($) => seq(alias($.pay_block, $.block), optional($.stray)),
    pay_block: ($) => block($, choice($.pay, alias($.pay_member, $.member), $.unknown_member)),
    pay: ($) => seq(kw($, 'pay'), $._name, optional($._label), optional($._member)),
    pay_member: ($) =>
      choice(
        seq(kw($, 'cap', 'floor', 'when', 'share', 'period'), optional($._member)),
        seq(kw($, 'per'), kw($, 'card')),
      ),

    rule: ($) => seq(kw($, 'rule'), $._called, optional($._head), optional($._rule_block_end)),
    _rule_block_end: ($) => seq(alias($.rule_block, $.block), optional($.stray)),
    rule_block: ($) => block($, choice(alias($.rule_member, $.member), $.unknown_member)),
    rule_member: ($) =>
      seq(
        kw($, 'when', 'then', 'once', 'top', 'bottom', 'period'),
        optional($._member),
        repeat($._more),
      ),

    test: ($) => seq(kw($, 'test'), $._label, optional($._head), optional($._test_block_end)),
    _test_block_end: ($) => seq(alias($.test_block, $.block), optional($.stray)),
    test_block: ($) => block($, choice($.expect, alias($.test_member, $.member), $.data_row, $.unknown_member)),
    expect: ($) => seq(kw($, 'expect'), $._member),
    test_member: ($) => seq(kw($, 'period', 'with', 'data'), optional($._member)),
    data_row: ($) =>
      seq(
        $._grid_start,
        optional(field('table', choice($.identifier, $.quoted_name))),
        bar(),
        repeat(seq(optional($.cell), bar())),
        optional($.cell),
      ),

    use: ($) => seq(kw($, 'use'), field('module', $._rest)),
    goal: ($) => seq(kw($, 'goal'), $._called, optional($._rest)),
    require: ($) => seq(kw($, 'require'), $._rest),
    prove: ($) => seq(kw($, 'prove'), $._rest),
    // What is left over behind a block that was closed too early.
    stray: ($) => repeat1(choice($._expression_piece, ',', '，', ':', '：', '|', '}', ')', ']')),
    unknown_declaration: ($) => seq($.identifier, optional($._rest)),

    _name: ($) => field('name', choice($.identifier, $.quoted_name)),
    // Where the name is missing, the rest is still a declaration.
    _called: ($) => prec.right(choice(seq($._name, optional($._label)), $._label)),
    _label: ($) => prec(2, field('label', $.string)),

    // What begins with a word that begins no member.
    unknown_member: ($) => prec.dynamic(-2, seq($.identifier, optional($._member))),

    // What settings of a policy look like.
    plain_member: ($) => seq(kw($, ...of('policy')), optional($._member)),

    // ---- What stands in headers and members

    _head: ($) => repeat1(choice($._header_piece, ',', '，', ':', '：', '|', '}', ')', ']')),
    _group_head: ($) => repeat1(choice($._operand, $.operator, kw($, ...IN_GROUPS), ',', '，', $.by_table)),
    // `by stage { … }`: its keys, and the table.
    by_table: ($) =>
      prec.dynamic(1, seq(kw($, 'by'), field('key', $._operand), repeat(seq(choice(',', '，'), field('key', $._operand))), $.table)),
    // To the end of a declaration without members.
    _rest: ($) => repeat1(choice($._member_piece, ',', '，', ':', '：', '|', '}', ')', ']')),

    ...content('header', IN_HEADERS, false, JOINTS),
    ...content('member', IN_MEMBERS, true, JOINTS, ['proportion', 'by_table']),
    ...content('columns', IN_TABLES, true, JOINTS),
    ...content('expression', IN_EXPRESSIONS, true, JOINTS),

    group_keys: ($) => seq(choice($._operand, kw($, 'all')), repeat(seq(choice(',', '，'), $._operand))),

    // `{ … }`: the rows of a table or a curve, the members of a set, the columns that are bound.
    table: ($) =>
      seq(open('{', '｛'), optional($._sep), optional(seq($._entry, repeat(seq($._sep, $._entry)), optional($._sep))), close($, '}', '｝', $._unclosed)),
    _entry: ($) => choice($.row, $.grid_row, $._member, $._else),
    row: ($) => seq(field('key', $.row_key), colon(), field('value', alias($._member, $.value))),
    row_key: ($) => choice($._member, $._else),
    _else: ($) => kw($, 'else'),
    grid_row: ($) => seq(optional(choice($._member, $._else)), repeat1(prec.right(seq(bar(), optional(choice($._member, $._else, '-')))))),

    _operand: ($) =>
      choice(
        $.number,
        $.date,
        $.string,
        $.identifier,
        $.quoted_name,
        $.placeholder,
        $.field,
        $.index,
        $.call,
        $.parenthesized,
        $.unknown,
      ),

    field: ($) => seq($._operand, choice('.', '．'), $._name),
    index: ($) => seq($._operand, $._keys),
    _keys: ($) => seq(choice('[', '［'), optional($._arguments), close($, ']', '］', $._unclosed_round)),
    call: ($) =>
      seq(
        field('function', choice($.identifier, $.quoted_name, $.field)),
        alias($.call_arguments, $.arguments),
      ),
    call_arguments: ($) => seq(immediate(), optional($._arguments), close($, ')', '）', $._unclosed_round)),
    parenthesized: ($) => seq(open('(', '（'), optional($._arguments), close($, ')', '）', $._unclosed_round)),
    _arguments: ($) => repeat1(choice($._expression_piece, ',', '，', ':', '：')),

    proportion: ($) => prec.dynamic(-1, seq($.number, colon(), $.number)),

    // ---- Words, numbers, texts

    operator: () =>
      token(
        choice(
          '+', '-', '*', '/', '×', '÷', '=', '==', '!=', '≠', '<', '>', '<=', '>=', '≤', '≥', '±', '+-', '->', '..', '..<', '～',
          '＋', '－', '＊', '／', '＝', '＝＝', '！＝', '＜', '＞', '＜＝', '＞＝',
        ),
      ),
    identifier: () => /[\p{XID_Start}_][\p{XID_Continue}]*/,
    quoted_name: () => /[`｀][^`｀\n]*[`｀]?/,
    placeholder: () => /\$[\p{XID_Start}_][\p{XID_Continue}]*/,
    number: () =>
      /[¥￥]?[0-9０-９]+([.．][0-9０-９]+)?(k|万|亿)?(%|％|pp|min|分钟|小时|秒|天|元|s|h|d)?(个|次|人)?/,
    date: () => token(prec(1, /[0-9]{4}-([0-9]{2}(-[0-9]{2})?|Q[0-9]|W[0-9]{2}|[A-Z][0-9]+)/)),
    // One that does not end leaves the braces of its line alone.
    string: () =>
      choice(/"([^"\\\n]|\\.)*"/, /“[^”"\n]*[”"]/, /＂[^＂"\n]*[＂"]/, /["＂][^"＂\\\n{}]*/, /“[^”"\n{}]*/),
    unknown: () => token(prec(-10, /[^\s{}()\[\]|,:.]/)),
    comment: () => token(choice(/\/\/[^\n]*/, /／／[^\n]*/)),
    doc_comment: () => token(prec(2, /\/\/\/([^\/\n][^\n]*)?/)),

    _sep: ($) => repeat1(choice(',', '，', $._break)),
  },
});

/** Members between braces. */
function block($, member) {
  return seq(
    open('{', '｛'),
    optional($._sep),
    optional(seq(member, repeat(seq($._sep, member)), optional($._sep))),
    close($, '}', '｝', $._unclosed),
  );
}

function tableRest($) {
  return seq($._called, optional($._head), optional($._table_block_end));
}

function open(half, full) {
  return choice(half, full);
}

function close($, half, full, unclosed) {
  return choice(half, full, unclosed);
}

function immediate() {
  return choice(token.immediate(prec(1, '(')), token.immediate(prec(1, '（')));
}

function colon() {
  return choice(':', '：');
}

function bar() {
  return choice('|', '｜');
}
