/* Statements. */

#include "internal.h"

/*
 * These at-rules of Sass are not in the subset. Passed through, they would be
 * mistakes that nobody is told of.
 */
static bool unsupported(struct text word)
{
	const struct text words[] = {
		LITERAL("if"), LITERAL("else"), LITERAL("for"), LITERAL("each"), LITERAL("while"),
		LITERAL("function"), LITERAL("return"), LITERAL("extend"), LITERAL("use"),
		LITERAL("forward"), LITERAL("debug"), LITERAL("warn"), LITERAL("error"),
		LITERAL("at-root"),
	};
	return gsty_is_one_of(word, words, sizeof words / sizeof *words);
}

struct parser {
	struct cursor k;
	struct file *file;
	compiler *c;
};

/* The statements of a block, and where the next one is linked. */
struct body {
	struct node *first, **last;
};

static void add(struct body *b, struct node *n)
{
	*b->last = n;
	b->last = &n->next;
}

static noreturn void fail_at(struct parser *p, size_t pos, struct text message)
{
	gsty_fail(p->c, p->file, pos, message);
}

static struct node *new_node(struct parser *p, enum kind kind)
{
	struct node *n = gsty_allocate(p->c, &p->c->keep, 1, sizeof *n);
	n->kind = kind;
	n->file = p->file;
	n->pos = p->k.pos;
	return n;
}

/* until scans for stops and returns what it passed over. */
static struct span until(struct parser *p, const char *stops, bool raw)
{
	size_t start = p->k.pos;
	gsty_scan(p->c, &p->k, stops, raw);
	return (struct span){start, p->k.pos};
}

static struct node *block(struct parser *p, size_t open, size_t depth);

/* body parses the block that begins here. */
static void body(struct parser *p, struct node *n, size_t depth)
{
	n->block = true;
	size_t open = p->k.pos;
	p->k.pos++;
	n->body = block(p, open, depth + 1);
}

/*
 * gsty_canonical is a name of a variable or mixin, in which - and _ are the same as
 * in Sass, with its sign.
 */
struct text gsty_canonical(compiler *c, struct arena *a, byte sign, struct text t)
{
	struct buffer b = {.arena = a};
	gsty_append_byte(c, &b, sign);
	gsty_append(c, &b, t);
	for (size_t i = 0; i < b.n; i++) {
		if (b.p[i] == '_')
			b.p[i] = '-';
	}
	return gsty_taken(&b);
}

static struct node *variable(struct parser *p, struct node *n)
{
	n->kind = A_VARIABLE;
	p->k.pos++;
	n->name = gsty_canonical(p->c, &p->c->keep, '$', gsty_name(&p->k));
	gsty_space(p->c, &p->k);
	if (peek(&p->k, 0) != ':')
		fail_at(p, p->k.pos, LITERAL("expected : after the name of a variable"));
	p->k.pos++;
	n->value = until(p, ";{}", false);
	if (peek(&p->k, 0) == '{')
		fail_at(p, p->k.pos, LITERAL("expected ; after the value of a variable"));
	const struct text is_default = LITERAL("!default"), is_global = LITERAL("!global");
	for (;;) {
		while (n->value.end > n->value.start && is_space(p->file->text.p[n->value.end - 1]))
			n->value.end--;
		struct text value = slice(p->file->text, n->value.start, n->value.end);
		if (gsty_ends_with(value, is_default)) {
			n->is_default = true;
			n->value.end -= is_default.n;
		} else if (gsty_ends_with(value, is_global)) {
			n->is_global = true;
			n->value.end -= is_global.n;
		} else {
			return n;
		}
	}
}

/*
 * check_selector refuses what is the end of a declaration that lacks its
 * semicolon, or begins the nested properties of Sass.
 */
static void check_selector(struct parser *p, const struct node *n)
{
	struct cursor k = {p->file, n->head.start, n->head.end};
	if (k.pos == k.end)
		fail_at(p, n->pos, LITERAL("expected a selector before {"));
	for (; k.pos < k.end; k.pos++) {
		gsty_scan(p->c, &k, ":", false);
		if (k.pos + 1 == k.end || (k.pos < k.end && is_space(peek(&k, 1))))
			fail_at(p, k.pos, LITERAL("expected a selector before {: is a semicolon missing, "
				"or are these nested properties?"));
	}
}

/* statement parses a variable, a declaration or a rule. */
static struct node *statement(struct parser *p, size_t depth)
{
	struct cursor *k = &p->k;
	struct node *n = new_node(p, A_RULE);
	if (peek(k, 0) == '$' && (is_name_start(peek(k, 1)) || peek(k, 1) == '-'))
		return variable(p, n);
	if (gsty_at(k, LITERAL("--"))) {
		n->head = until(p, ":;{}", false);
		if (peek(k, 0) == ':') {
			n->kind = A_CUSTOM;
			k->pos++;
			n->value = until(p, ";}", true);
			return n;
		}
		k->pos = n->pos;
	}
	n->head = until(p, ";{}", false);
	if (peek(k, 0) == '{') {
		check_selector(p, n);
		body(p, n, depth);
		return n;
	}
	n->kind = A_DECLARATION;
	size_t stop = k->pos;
	k->pos = n->pos;
	k->end = stop;
	n->head = until(p, ":", false);
	if (k->pos == stop)
		fail_at(p, n->pos, LITERAL("expected a declaration or a rule"));
	n->value = (struct span){k->pos + 1, stop};
	k->pos = stop;
	k->end = p->file->text.n;
	return n;
}

/* semicolon wants the end of a statement. */
static void semicolon(struct parser *p, struct text after)
{
	byte ch = peek(&p->k, 0);
	if (p->k.pos < p->k.end && ch != ';' && ch != '}')
		fail_at(p, p->k.pos, gsty_join3(p->c, LITERAL("expected ; after "), after, LITERAL("")));
}

/* is_file_name says whether the argument of an @import is a file of ours. */
static bool is_file_name(struct text t)
{
	if (t.n < 3 || (t.p[0] != '"' && t.p[0] != '\'') || t.p[t.n - 1] != t.p[0])
		return false;
	struct text s = slice(t, 1, t.n - 1);
	if (gsty_has_byte(s, t.p[0]) || gsty_has_byte(s, '\\') || gsty_ends_with(s, LITERAL(".css")))
		return false;
	for (size_t i = 0; i + 1 < s.n; i++) {
		if ((s.p[i] == '#' && s.p[i + 1] == '{') || (s.p[i] == '/' && s.p[i + 1] == '/'))
			return false;
	}
	return true;
}

/*
 * imports parses the list of an @import. What only a browser can load stays an
 * @import: url(), a scheme, .css, or a condition after the name.
 */
static void imports(struct parser *p, struct body *b)
{
	for (;;) {
		gsty_space(p->c, &p->k);
		struct node *n = new_node(p, AN_IMPORT);
		n->head = until(p, ",;{}", false);
		struct text t = slice(p->file->text, n->head.start, n->head.end);
		while (t.n > 0 && is_space(t.p[t.n - 1]))
			t.n--;
		if (t.n == 0)
			fail_at(p, n->pos, LITERAL("expected a name after @import"));
		if (is_file_name(t)) {
			n->name = slice(t, 1, t.n - 1);
			*p->c->last_import = n;
			p->c->last_import = &n->next_import;
		} else {
			n->kind = AN_AT_RULE;
			n->name = LITERAL("import");
			p->k.pos = n->head.start;
			n->head = until(p, ";{}", false);
		}
		add(b, n);
		if (peek(&p->k, 0) != ',') {
			semicolon(p, LITERAL("@import"));
			return;
		}
		p->k.pos++;
	}
}

static void mixin_name(struct parser *p, struct node *n)
{
	gsty_space(p->c, &p->k);
	n->name = gsty_canonical(p->c, &p->c->keep, '@', gsty_name(&p->k));
	if (n->name.n == 1)
		fail_at(p, p->k.pos, LITERAL("expected the name of a mixin"));
	gsty_space(p->c, &p->k);
}

/* params parses what is between the parentheses of a @mixin. */
static void params(struct parser *p, struct node *n)
{
	struct cursor *k = &p->k;
	struct param **last = &n->params;
	for (int count = 0;; count++) {
		gsty_space(p->c, k);
		if (peek(k, 0) == ')') {
			k->pos++;
			return;
		}
		if (peek(k, 0) != '$' || !is_name(peek(k, 1)))
			fail_at(p, k->pos, LITERAL("expected a parameter"));
		if (count == MAX_PARAMS)
			fail_at(p, k->pos, LITERAL("too many parameters"));
		k->pos++;
		struct param *a = gsty_allocate(p->c, &p->c->keep, 1, sizeof *a);
		a->name = gsty_canonical(p->c, &p->c->keep, '$', gsty_name(k));
		gsty_space(p->c, k);
		if (peek(k, 0) == ':') {
			k->pos++;
			a->has_default = true;
			a->value = until(p, ",)", false);
		}
		*last = a;
		last = &a->next;
		if (peek(k, 0) == ',')
			k->pos++;
		else if (peek(k, 0) != ')')
			fail_at(p, k->pos, LITERAL("expected , or ) after a parameter"));
	}
}

static void mixin(struct parser *p, struct node *n, size_t depth)
{
	mixin_name(p, n);
	if (peek(&p->k, 0) == '(') {
		p->k.pos++;
		params(p, n);
	}
	gsty_space(p->c, &p->k);
	if (peek(&p->k, 0) != '{')
		fail_at(p, p->k.pos, LITERAL("expected { after the head of a mixin"));
	body(p, n, depth);
}

static void include(struct parser *p, struct node *n, size_t depth)
{
	mixin_name(p, n);
	if (peek(&p->k, 0) == '(') {
		p->k.pos++;
		n->head = until(p, ")", false);
		if (p->k.pos == p->k.end)
			fail_at(p, n->head.start - 1, LITERAL("unclosed ("));
		p->k.pos++;
		gsty_space(p->c, &p->k);
	}
	if (peek(&p->k, 0) == '{')
		body(p, n, depth);
	else
		semicolon(p, LITERAL("@include"));
}

/*
 * at_rule adds the statements that begin with an at sign: more than one for
 * @import, none for @charset, which the output has where it needs it.
 */
static void at_rule(struct parser *p, struct body *b, size_t depth)
{
	struct node *n = new_node(p, AN_AT_RULE);
	p->k.pos++;
	n->name = gsty_name(&p->k);
	if (n->name.n == 0)
		fail_at(p, n->pos, LITERAL("expected a name after @"));
	struct text word = gsty_lowered(p->c, n->name);
	if (unsupported(word))
		fail_at(p, n->pos, gsty_join3(p->c, LITERAL("@"), word, LITERAL(" is not supported")));
	if (gsty_same(word, LITERAL("charset"))) {
		until(p, ";{}", false);
		semicolon(p, LITERAL("@charset"));
		return;
	}
	if (gsty_same(word, LITERAL("import"))) {
		imports(p, b);
		return;
	}
	if (gsty_same(word, LITERAL("mixin"))) {
		n->kind = A_MIXIN;
		mixin(p, n, depth);
	} else if (gsty_same(word, LITERAL("include"))) {
		n->kind = AN_INCLUDE;
		include(p, n, depth);
	} else if (gsty_same(word, LITERAL("content"))) {
		n->kind = A_CONTENT;
		gsty_space(p->c, &p->k);
		semicolon(p, LITERAL("@content"));
	} else {
		n->head = until(p, ";{}", false);
		if (peek(&p->k, 0) == '{')
			body(p, n, depth);
	}
	add(b, n);
}

/*
 * block parses statements up to the end of the file or, where open is the
 * place of a brace, up to the brace that closes it.
 */
static struct node *block(struct parser *p, size_t open, size_t depth)
{
	struct cursor *k = &p->k;
	if (depth > MAX_NESTING)
		fail_at(p, open, LITERAL("nested too deeply"));
	struct body b = {NULL, &b.first};
	for (;;) {
		gsty_blanks(k);
		if (k->pos == k->end) {
			if (depth > 0)
				fail_at(p, open, LITERAL("unclosed {"));
			return b.first;
		}
		switch (peek(k, 0)) {
		case '}':
			if (depth == 0)
				fail_at(p, k->pos, LITERAL("unmatched }"));
			k->pos++;
			return b.first;
		case ';':
			k->pos++;
			continue;
		case '@':
			at_rule(p, &b, depth);
			continue;
		default:
			break;
		}
		if (gsty_at(k, LITERAL("//"))) {
			gsty_skip_line(k);
		} else if (gsty_at(k, LITERAL("/*"))) {
			struct node *n = new_node(p, A_COMMENT);
			gsty_skip_comment(p->c, k);
			n->head = (struct span){n->pos, k->pos};
			add(&b, n);
		} else {
			add(&b, statement(p, depth));
		}
	}
}

struct node *gsty_parse(compiler *c, struct file *f, size_t start)
{
	struct parser p = {{f, start, f->text.n}, f, c};
	return block(&p, 0, 0);
}
