// What a grammar without context cannot see of a `.kpi` file: where a line break ends a member and where an expression goes on
// over it, where a declaration begins (a word in column 0), what a row of a grid holds, and which brackets were never closed.
// It keeps no state: each answer follows from the text around it.

#include <wctype.h>

#include "tree_sitter/parser.h"

enum Token { ITEM_START, BREAK, UNCLOSED, UNCLOSED_ROUND, GRID_START, CELL, ERROR_SENTINEL };

void *tree_sitter_kpi_external_scanner_create(void) { return NULL; }
void tree_sitter_kpi_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_kpi_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload, (void)buffer;
  return 0;
}
void tree_sitter_kpi_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload, (void)buffer, (void)length;
}

static bool is_space(int32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == 0x3000 || c == 0xfeff; }

static bool is_bar(int32_t c) { return c == '|' || c == 0xff5c; }

// Whether a name may go on with this character. Signs of the language and punctuation beyond ASCII are none.
static bool is_word(int32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  if (c == 0xd7 || c == 0xf7 || (c >= 0xa0 && c <= 0xbf && c != 0xaa && c != 0xb5 && c != 0xba)) return false;
  if (c >= 0x2000 && c <= 0x2bff) return false;
  if (c >= 0x3000 && c <= 0x3004) return false;
  if (c >= 0x3008 && c <= 0x3020) return false;
  if (c >= 0xff01 && c <= 0xff5e) {
    int32_t half = c - 0xfee0;
    return half < 0x80 && is_word(half);
  }
  return c != 0xfeff && c != 0xffe5 && c != 0xfffd;
}

static bool begins_word(int32_t c) { return is_word(c) && !(c >= '0' && c <= '9'); }

static void next(TSLexer *lexer) { lexer->advance(lexer, false); }

// Passes over a name, in backticks or not.
static void pass_name(TSLexer *lexer) {
  if (lexer->lookahead == '`' || lexer->lookahead == 0xff40) {
    next(lexer);
    while (!lexer->eof(lexer) && lexer->lookahead != '\n' && lexer->lookahead != '`' && lexer->lookahead != 0xff40) next(lexer);
    if (lexer->lookahead == '`' || lexer->lookahead == 0xff40) next(lexer);
    return;
  }
  while (is_word(lexer->lookahead)) next(lexer);
}

static void pass_spaces(TSLexer *lexer) {
  while (is_space(lexer->lookahead)) next(lexer);
}

// Whether a row of a grid begins here: a name or none, and a bar.
static bool is_grid_row(TSLexer *lexer) {
  pass_name(lexer);
  pass_spaces(lexer);
  return is_bar(lexer->lookahead);
}

// Whether the line that begins here goes on with the expression before it: `+ * / × ÷`, `and`, `or`.
static bool goes_on(TSLexer *lexer) {
  switch (lexer->lookahead) {
    case '*':
    case 0xd7:
    case 0xf7:
    case 0xff0a:
    case '+':
    case 0xff0b:
    case '/':
    case 0xff0f:
      return true;
    case 0x4e14:  // 且
    case 0x6216:  // 或
      next(lexer);
      return !is_word(lexer->lookahead);
    case 'a':
      next(lexer);
      if (lexer->lookahead != 'n') return false;
      next(lexer);
      if (lexer->lookahead != 'd') return false;
      next(lexer);
      return !is_word(lexer->lookahead);
    case 'o':
      next(lexer);
      if (lexer->lookahead != 'r') return false;
      next(lexer);
      return !is_word(lexer->lookahead);
    default:
      return false;
  }
}

// A comment at the head of a line, if one is there, is passed over with its line break. Gives false at a lone `/`.
static bool pass_comment(TSLexer *lexer) {
  int32_t slash = lexer->lookahead;
  next(lexer);
  if (lexer->lookahead != slash) return false;
  while (!lexer->eof(lexer) && lexer->lookahead != '\n') next(lexer);
  return true;
}

// At a line break: does it end a member? The break is taken up to the line that follows.
static bool scan_break(TSLexer *lexer) {
  next(lexer);
  lexer->mark_end(lexer);
  for (;;) {
    while (is_space(lexer->lookahead) || lexer->lookahead == '\n') {
      next(lexer);
    }
    if (lexer->eof(lexer)) break;
    if (lexer->lookahead == '/' || lexer->lookahead == 0xff0f) {
      if (pass_comment(lexer)) continue;
      return false;  // a division goes on
    }
    break;
  }
  return !goes_on(lexer);
}

static bool scan_cell(TSLexer *lexer) {
  pass_spaces(lexer);
  bool slashes = false;
  bool any = false;
  // The blanks before a bar are none of the cell.
  while (!lexer->eof(lexer) && lexer->lookahead != '\n' && !is_bar(lexer->lookahead)) {
    if (!any && lexer->lookahead == '/') {
      next(lexer);
      any = true;
      slashes = lexer->lookahead == '/';
      if (!slashes) lexer->mark_end(lexer);
      continue;
    }
    bool blank = is_space(lexer->lookahead);
    next(lexer);
    any = true;
    if (!blank) lexer->mark_end(lexer);
  }
  // Behind the last bar it is a comment.
  if (slashes && !is_bar(lexer->lookahead)) return false;
  return any;
}

bool tree_sitter_kpi_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  bool recovering = valid[ERROR_SENTINEL];
  if (valid[CELL] && !recovering) {
    while (is_space(lexer->lookahead)) lexer->advance(lexer, true);
    if (!lexer->eof(lexer) && lexer->lookahead != '\n' && !is_bar(lexer->lookahead)) {
      lexer->result_symbol = CELL;
      return scan_cell(lexer);
    }
  }
  // Blanks, and line breaks where they end nothing.
  lexer->mark_end(lexer);
  while (is_space(lexer->lookahead)) lexer->advance(lexer, true);
  if (lexer->lookahead == '\n' && valid[BREAK]) {
    lexer->result_symbol = BREAK;
    return scan_break(lexer);
  }
  while (is_space(lexer->lookahead) || lexer->lookahead == '\n') lexer->advance(lexer, true);
  bool end = lexer->eof(lexer);
  bool head = !end && begins_word(lexer->lookahead) && lexer->get_column(lexer) == 0;
  bool brace = lexer->lookahead == '}' || lexer->lookahead == 0xff5d;
  if (!recovering && (end || head || (brace && valid[UNCLOSED_ROUND])) && (valid[UNCLOSED] || valid[UNCLOSED_ROUND])) {
    lexer->mark_end(lexer);
    lexer->result_symbol = valid[UNCLOSED_ROUND] ? UNCLOSED_ROUND : UNCLOSED;
    return true;
  }
  if (end) return false;
  if (head && valid[ITEM_START]) {
    lexer->mark_end(lexer);
    lexer->result_symbol = ITEM_START;
    return true;
  }
  if (valid[GRID_START] && !recovering) {
    lexer->mark_end(lexer);
    lexer->result_symbol = GRID_START;
    return is_grid_row(lexer);
  }
  return false;
}
