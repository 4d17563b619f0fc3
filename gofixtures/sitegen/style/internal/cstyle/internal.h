/*
 * What the files of the library have in common.
 *
 * They do what the Go package gostyle does, function by function in files of
 * the same names (but eval.c, which has mixins too), and must give the same
 * bytes and the same errors: who changes one changes the other.
 *
 * Names that the linker sees begin with gsty_, the public ones with
 * gopie_style_.
 *
 * Memory: what lasts (trees, scopes, selectors) is in the arena `keep` until
 * the handle is freed, what a statement needs while it is evaluated in
 * `scratch`, which is emptied after it. Failures, of memory too, jump to the
 * public function that was called: nothing in between owns anything.
 */
#ifndef GOPIE_STYLE_INTERNAL_H
#define GOPIE_STYLE_INTERNAL_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "gopie_style.h"

enum {
	MAX_NESTING = 100,           /* blocks, brackets, calls and imports within each other */
	MAX_OUTPUT = 16 * 1024 * 1024, /* bytes of CSS */
	MAX_WORK = 64 * 1024 * 1024, /* bytes of intermediate text and statements, see spend */
	MAX_PARAMS = 100,            /* of a mixin */

	/* Work that is not text, in bytes. */
	STEP_COST = 32,    /* a statement */
	BINDING_COST = 128, /* a variable that is set */
	SELECTOR_COST = 64 /* a combined selector */
};

typedef unsigned char byte;

/* memory.c */

struct text {
	const byte *p;
	size_t n;
};

#define LITERAL(s) ((struct text){(const byte *)("" s), sizeof(s) - 1})

struct chunk;

struct arena {
	struct chunk *newest;
};

struct buffer {
	struct arena *arena;
	byte *p;
	size_t n, capacity;
};

struct texts {
	struct arena *arena;
	struct text *at;
	size_t n, capacity;
};

typedef struct gopie_style compiler;

void *gsty_allocate(compiler *c, struct arena *a, size_t count, size_t size);
void gsty_arena_empty(struct arena *a);
void gsty_arena_free(struct arena *a);
void gsty_append(compiler *c, struct buffer *b, struct text t);
void gsty_append_byte(compiler *c, struct buffer *b, byte ch);
void gsty_texts_add(compiler *c, struct texts *list, struct text t);
struct text gsty_taken(const struct buffer *b);
struct text gsty_copied(compiler *c, struct arena *a, struct text t);
struct text gsty_join3(compiler *c, struct text x, struct text y, struct text z);

static inline struct text slice(struct text t, size_t start, size_t end)
{
	return end > start ? (struct text){t.p + start, end - start} : LITERAL("");
}

static inline struct text single(const byte *p)
{
	return (struct text){p, 1};
}

bool gsty_same(struct text a, struct text b);
bool gsty_starts_with(struct text t, struct text prefix);
bool gsty_ends_with(struct text t, struct text suffix);
bool gsty_has_byte(struct text t, byte ch);
bool gsty_is_one_of(struct text t, const struct text *words, size_t n);
struct text gsty_trimmed(struct text t);
struct text gsty_lowered(compiler *c, struct text t);

/* parse.c */

enum kind {
	A_COMMENT,
	A_DECLARATION,
	A_CUSTOM, /* declaration of a custom property */
	A_VARIABLE,
	A_RULE,
	AN_AT_RULE,
	A_MIXIN,
	AN_INCLUDE,
	A_CONTENT,
	AN_IMPORT
};

/* A stretch of the file of its node. */
struct span {
	size_t start, end;
};

struct file {
	struct text name, text;
	struct node *body;
	bool active; /* being evaluated: importing it now is a cycle */
};

/* A parameter of a mixin. */
struct param {
	struct param *next;
	struct text name;
	bool has_default;
	struct span value;
};

/* A statement. */
struct node {
	struct node *next;
	enum kind kind;
	bool block;                 /* whether there is a body, even if empty */
	bool is_default, is_global; /* of a variable */
	struct file *file;
	size_t pos;
	struct text name;           /* of a variable, an at-rule or a mixin; of an import, as written */
	struct span head;           /* selector, property, prelude, arguments or the comment itself */
	struct span value;
	struct node *body;
	struct param *params;       /* of a mixin */
	size_t target;              /* of an import: the number of its file */
	struct node *next_import;
};

/* output.c */

/* An at-rule with a block, such as @media, that rules are put into. */
struct wrapper {
	struct wrapper *outer;
	size_t depth; /* 1 for the outermost */
	struct text head;
};

/* A style rule, or its part that stands in one wrapper. */
struct rule {
	struct texts selectors;
};

/* Where declarations go. */
struct place {
	struct wrapper *wrapper; /* NULL at the top */
	struct rule *rule;       /* NULL outside of rules */
	bool opaque;             /* within an at-rule that has declarations itself, such as @font-face */
};

struct gopie_style {
	bool minify;
	struct arena keep, scratch;

	struct file **files;
	size_t file_count, file_capacity;
	struct node *imports, **last_import; /* without a file */

	size_t work;
	const struct node *current; /* what is being evaluated, for errors of no narrower place */

	/*
	 * The CSS so far and what is open at its end. Rules are opened when
	 * something is put into them, so none is empty.
	 */
	byte *css;
	size_t css_length, css_capacity;
	struct place open;
	bool semicolon; /* minified: one is due before anything but } */
	bool non_ascii;

	jmp_buf *failure; /* in the public function */
	gopie_style_note error;
};

/* compiler.c */

noreturn void gsty_fail(compiler *c, const struct file *f, size_t pos, struct text message);
noreturn void gsty_no_memory(compiler *c);
void gsty_spend(compiler *c, size_t n);
struct text gsty_clip(compiler *c, struct text t);

/* scan.c */

/* A place in a file, and where to stop. */
struct cursor {
	const struct file *f;
	size_t pos, end;
};

enum { IN_URL = 'u', IN_INTERPOLATION = 'i' };

/* peek returns the byte that is n further, 0 past the end. */
static inline byte peek(const struct cursor *k, size_t n)
{
	return n < k->end - k->pos ? k->f->text.p[k->pos + n] : 0;
}

static inline bool is_newline(byte ch)
{
	return ch == '\n' || ch == '\r' || ch == '\f';
}

static inline bool is_space(byte ch)
{
	return ch == ' ' || ch == '\t' || is_newline(ch);
}

static inline bool is_digit(byte ch)
{
	return ch >= '0' && ch <= '9';
}

static inline byte lower(byte ch)
{
	return ch >= 'A' && ch <= 'Z' ? (byte)(ch + ('a' - 'A')) : ch;
}

static inline bool is_hex(byte ch)
{
	return is_digit(ch) || (lower(ch) >= 'a' && lower(ch) <= 'f');
}

static inline bool is_name_start(byte ch)
{
	return (lower(ch) >= 'a' && lower(ch) <= 'z') || ch == '_' || ch >= 0x80;
}

/* is_name says whether ch can be within an identifier. */
static inline bool is_name(byte ch)
{
	return is_name_start(ch) || is_digit(ch) || ch == '-';
}

bool gsty_at(const struct cursor *k, struct text s);
struct text gsty_name(struct cursor *k);
void gsty_blanks(struct cursor *k);
bool gsty_space(compiler *c, struct cursor *k);
void gsty_skip_line(struct cursor *k);
void gsty_skip_comment(compiler *c, struct cursor *k);
bool gsty_raw_url(struct text t, size_t pos, size_t end);
void gsty_scan(compiler *c, struct cursor *k, const char *stops, bool raw);

struct node *gsty_parse(compiler *c, struct file *f, size_t start);
struct text gsty_canonical(compiler *c, struct arena *a, byte sign, struct text name);

/* number.c */

enum { DECIMALS = 5, ONE = 100000 };

struct number {
	bool negative;
	uint64_t magnitude; /* in units of 1/ONE */
	struct text unit;
};

bool gsty_parse_number(struct text t, struct number *n);
bool gsty_is_unit(struct text t);
struct text gsty_number_text(compiler *c, struct number n);
void gsty_append_digits(compiler *c, struct buffer *b, uint64_t n, int width);
bool gsty_calculate(compiler *c, struct number a, byte op, struct number b,
	struct number *result, struct text *problem);

/* scope.c */

/*
 * A variable or mixin. Names of variables begin with $, those of mixins with @.
 */
struct binding {
	struct text name, value;
	const struct node *mixin;
	struct scope *scope; /* where the mixin was defined */
};

struct scope {
	struct scope *outer;
	struct branch *names;
};

struct scope *gsty_new_scope(compiler *c, struct scope *outer);
struct binding *gsty_own(struct scope *s, struct text name);
struct binding *gsty_find(struct scope *s, struct text name, struct scope **where);
void gsty_set(compiler *c, struct scope *s, struct binding new);

/* value.c */

/* What a list of values may do. */
enum {
	WITH_VARIABLES = 1, /* $name stands for its value */
	ARITHMETIC = 2,     /* + - * % calculate */
	DIVISION = 4,       /* / does too */
	SOFT = 8,           /* what cannot be calculated stays as written */
	QUERY = 16,         /* arithmetic begins after : < > = in parentheses */
	SELECTOR = 32       /* a comment separates nothing */
};

/*
 * A value within an expression. After a number, + and - need no white space
 * before them to be operators.
 */
struct operand {
	struct text text;
	bool number;
};

/* An evaluator reads values where its cursor is. */
struct evaluator {
	struct cursor k;
	compiler *c;
	struct scope *scope;
};

/* The results are in scratch, or in what lasts longer. */
struct text gsty_evaluate(compiler *c, const struct node *n, struct span s, struct scope *sc, unsigned mode);
struct text gsty_list(struct evaluator *e, byte closing, unsigned mode);

/* word.c */

bool gsty_at_number(const struct cursor *k);
struct text gsty_read_number(struct cursor *k);
struct operand gsty_word(struct evaluator *e, struct text read, unsigned mode);

/* quoted.c */

struct text gsty_quoted(struct evaluator *e, byte quote);
struct text gsty_interpolation(struct evaluator *e);
void gsty_url(struct evaluator *e, struct buffer *out);
struct text gsty_verbatim(compiler *c, const struct node *n, struct span s, struct scope *sc);
size_t gsty_string_end(struct text t, size_t i);

/* color.c */

bool gsty_color_function(compiler *c, struct text name, struct text args,
	struct text *result, struct text *problem);

/* selector.c */

struct texts gsty_split(compiler *c, struct text t);
struct texts gsty_selectors(compiler *c, const struct node *n, struct text t, struct place around);

/* output.c */

void gsty_write_text(compiler *c, struct text t);
void gsty_write_line(compiler *c, struct text t);
void gsty_go_to(compiler *c, struct place p);
void gsty_write_declaration(compiler *c, struct text property, struct text value);
void gsty_finish(compiler *c);

/* minify.c */

void gsty_minify_selector(compiler *c, struct buffer *out, struct text t);
struct text gsty_minify_value(compiler *c, struct text t, bool units);

/* eval.c */

void gsty_render(compiler *c, struct file *f);

#endif
