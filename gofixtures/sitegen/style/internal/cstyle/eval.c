/* Evaluating statements. */

#include "internal.h"

/* What statements are evaluated in. */
struct context {
	struct scope *scope;
	struct place at;
	bool in_mixin;
	const struct content *content;
};

/* The block that an @include passes to its mixin. */
struct content {
	const struct node *body;
	struct context context;
};

static void run(compiler *c, const struct node *body, struct context *x, size_t depth);

/* block_of is x with a scope of its own. */
static struct context block_of(compiler *c, const struct context *x)
{
	struct context inner = *x;
	inner.scope = gsty_new_scope(c, x->scope);
	return inner;
}

/* comment keeps a comment, a minified one only if it begins with an exclamation mark. */
static void comment(compiler *c, const struct node *n, const struct context *x)
{
	struct text t = slice(n->file->text, n->head.start, n->head.end);
	if (c->minify && !gsty_starts_with(t, LITERAL("/*!")))
		return;
	gsty_go_to(c, x->at);
	gsty_write_line(c, t);
}

static bool contains(struct text t, struct text part)
{
	for (size_t i = 0; i + part.n <= t.n; i++) {
		if (gsty_same(slice(t, i, i + part.n), part))
			return true;
	}
	return false;
}

/*
 * zero_is_length says whether 0 means to a property what 0px does. To flex it
 * is a factor, to tab-size a number of spaces.
 */
static bool zero_is_length(compiler *c, struct text property)
{
	struct text p = gsty_lowered(c, property);
	return !contains(p, LITERAL("flex")) && !contains(p, LITERAL("tab-size")) &&
		!gsty_starts_with(p, LITERAL("--"));
}

static void declare(compiler *c, const struct node *n, const struct context *x)
{
	if (x->at.rule == NULL && !x->at.opaque)
		gsty_fail(c, n->file, n->pos, LITERAL("declaration outside of a rule"));
	struct text property = gsty_evaluate(c, n, n->head, x->scope, 0);
	if (property.n == 0)
		gsty_fail(c, n->file, n->pos, LITERAL("expected a property before :"));
	struct text value;
	if (n->kind == A_CUSTOM) {
		value = gsty_verbatim(c, n, n->value, x->scope);
		/* Before CSS Custom Properties Level 1 of 2022 it could not be empty. */
		if (c->minify && value.n == 0)
			value = LITERAL(" ");
	} else {
		value = gsty_evaluate(c, n, n->value, x->scope, WITH_VARIABLES | ARITHMETIC);
		if (value.n == 0)
			gsty_fail(c, n->file, n->pos, LITERAL("expected a value after :"));
		if (c->minify)
			value = gsty_minify_value(c, value,
				x->at.rule != NULL && !x->at.opaque && zero_is_length(c, property));
	}
	gsty_go_to(c, x->at);
	gsty_write_declaration(c, property, value);
}

/*
 * assign sets a variable: the one of the innermost block that has it, else a
 * new one; a global one only with !global or outside of blocks (Sass
 * documentation, "Variables", "Scope").
 */
static void assign(compiler *c, const struct node *n, const struct context *x)
{
	struct scope *where;
	if (gsty_find(x->scope, n->name, &where) != NULL && n->is_default)
		return;
	struct text value = gsty_evaluate(c, n, n->value, x->scope, WITH_VARIABLES | ARITHMETIC);
	if (value.n == 0)
		gsty_fail(c, n->file, n->pos, LITERAL("expected a value after :"));
	if (where == NULL || where->outer == NULL)
		where = x->scope;
	if (n->is_global) {
		for (where = x->scope; where->outer != NULL; where = where->outer) {
		}
	}
	gsty_set(c, where, (struct binding){.name = n->name, .value = gsty_copied(c, &c->keep, value)});
}

static void style_rule(compiler *c, const struct node *n, const struct context *x, size_t depth)
{
	struct context inner = block_of(c, x);
	struct text t = gsty_evaluate(c, n, n->head, x->scope, SELECTOR);
	inner.at.rule = gsty_allocate(c, &c->keep, 1, sizeof *inner.at.rule);
	inner.at.rule->selectors = gsty_selectors(c, n, t, x->at);
	gsty_arena_empty(&c->scratch);
	run(c, n->body, &inner, depth + 1);
}

/*
 * wraps knows the at-rules that hold style rules on a condition or in a layer:
 * they go around the style rule that they are in. Others do too, but can have
 * declarations without a rule as well.
 */
static bool wraps(struct text word)
{
	const struct text words[] = {
		LITERAL("media"), LITERAL("supports"), LITERAL("container"), LITERAL("layer"),
		LITERAL("starting-style"),
	};
	return gsty_is_one_of(word, words, sizeof words / sizeof *words);
}

/* alone knows the at-rules that have nothing to do with a rule around them. */
static bool alone(struct text word)
{
	const struct text words[] = {
		LITERAL("font-face"), LITERAL("keyframes"), LITERAL("-webkit-keyframes"),
		LITERAL("-moz-keyframes"), LITERAL("-o-keyframes"), LITERAL("page"), LITERAL("property"),
		LITERAL("counter-style"),
	};
	return gsty_is_one_of(word, words, sizeof words / sizeof *words);
}

static void at_rule(compiler *c, const struct node *n, const struct context *x, size_t depth)
{
	struct text word = gsty_lowered(c, n->name);
	struct buffer b = {.arena = &c->scratch};
	gsty_append_byte(c, &b, '@');
	gsty_append(c, &b, n->name);
	struct text prelude = gsty_evaluate(c, n, n->head, x->scope,
		gsty_same(word, LITERAL("media")) ? WITH_VARIABLES | QUERY : 0);
	if (prelude.n > 0) {
		gsty_append_byte(c, &b, ' ');
		gsty_append(c, &b, prelude);
	}
	if (!n->block) {
		gsty_append_byte(c, &b, ';');
		gsty_go_to(c, x->at);
		gsty_write_line(c, gsty_taken(&b));
		return;
	}
	struct context inner = block_of(c, x);
	struct wrapper *outer = x->at.wrapper, *w = gsty_allocate(c, &c->keep, 1, sizeof *w);
	w->outer = outer;
	w->depth = outer != NULL ? outer->depth + 1 : 1;
	w->head = gsty_copied(c, &c->keep, gsty_taken(&b));
	inner.at.wrapper = w;
	inner.at.rule = NULL;
	if (x->at.rule != NULL && !alone(word)) {
		inner.at.rule = gsty_allocate(c, &c->keep, 1, sizeof *inner.at.rule);
		*inner.at.rule = *x->at.rule;
	}
	bool wrapping = wraps(word);
	inner.at.opaque = x->at.opaque || !wrapping;
	if (!wrapping || gsty_same(word, LITERAL("layer"))) /* means something even if empty */
		gsty_go_to(c, (struct place){.wrapper = w});
	gsty_arena_empty(&c->scratch);
	run(c, n->body, &inner, depth + 1);
}

/* argument_name reads "$name:", or nothing. */
static struct text argument_name(compiler *c, struct cursor *k)
{
	size_t start = k->pos;
	if (peek(k, 0) == '$') {
		k->pos++;
		struct text word = gsty_name(k);
		gsty_space(c, k);
		if (peek(k, 0) == ':' && word.n > 0) {
			k->pos++;
			return gsty_canonical(c, &c->keep, '$', word);
		}
	}
	k->pos = start;
	return LITERAL("");
}

static bool has_param(const struct node *mixin, struct text name)
{
	for (const struct param *p = mixin->params; p != NULL; p = p->next) {
		if (gsty_same(p->name, name))
			return true;
	}
	return false;
}

static struct text mixin_name(compiler *c, const struct node *n)
{
	return gsty_clip(c, slice(n->name, 1, n->name.n));
}

static void bind(compiler *c, struct scope *to, struct text name, const struct node *n, struct span s,
	struct scope *from)
{
	struct text value = gsty_evaluate(c, n, s, from, WITH_VARIABLES | ARITHMETIC);
	gsty_set(c, to, (struct binding){.name = name, .value = gsty_copied(c, &c->keep, value)});
}

/*
 * arguments binds the parameters of a mixin: to arguments in order, to those
 * with a name, to defaults.
 */
static void arguments(compiler *c, const struct node *n, const struct node *mixin, struct scope *from,
	struct scope *to)
{
	gsty_spend(c, n->head.end - n->head.start);
	struct cursor k = {n->file, n->head.start, n->head.end};
	const struct param *next = mixin->params;
	for (;;) {
		gsty_space(c, &k);
		if (k.pos == k.end)
			break;
		size_t start = k.pos;
		struct text name = argument_name(c, &k);
		if (name.n == 0) {
			if (next == NULL)
				gsty_fail(c, k.f, start, gsty_join3(c, LITERAL("too many arguments for the mixin "),
					mixin_name(c, mixin), LITERAL("")));
			name = next->name;
			next = next->next;
		} else if (!has_param(mixin, name)) {
			struct text message = gsty_join3(c, LITERAL("the mixin "), mixin_name(c, mixin), LITERAL(" has no parameter "));
			gsty_fail(c, k.f, start, gsty_join3(c, message, gsty_clip(c, name), LITERAL("")));
		}
		if (gsty_own(to, name) != NULL)
			gsty_fail(c, k.f, start, gsty_join3(c, LITERAL("the parameter "), gsty_clip(c, name), LITERAL(" is given twice")));
		struct span value = {k.pos, 0};
		gsty_scan(c, &k, ",", false);
		value.end = k.pos;
		bind(c, to, name, n, value, from);
		if (k.pos < k.end)
			k.pos++;
	}
	for (const struct param *p = mixin->params; p != NULL; p = p->next) {
		if (gsty_own(to, p->name) != NULL)
			continue;
		if (!p->has_default) {
			struct text message = gsty_join3(c, LITERAL("missing argument "), gsty_clip(c, p->name), LITERAL(" of the mixin "));
			gsty_fail(c, n->file, n->pos, gsty_join3(c, message, mixin_name(c, mixin), LITERAL("")));
		}
		bind(c, to, p->name, mixin, p->value, to);
	}
}

/*
 * include evaluates the body of a mixin here, in a scope within the one where
 * the mixin was defined.
 */
static void include(compiler *c, const struct node *n, const struct context *x, size_t depth)
{
	struct scope *where;
	const struct binding *b = gsty_find(x->scope, n->name, &where);
	if (b == NULL)
		gsty_fail(c, n->file, n->pos, gsty_join3(c, LITERAL("undefined mixin "), mixin_name(c, n), LITERAL("")));
	struct content content = {n->body, *x};
	struct context inner = {
		.scope = gsty_new_scope(c, b->scope), .at = x->at, .in_mixin = true,
		.content = n->block ? &content : NULL,
	};
	const struct node *mixin = b->mixin;
	arguments(c, n, mixin, x->scope, inner.scope);
	gsty_arena_empty(&c->scratch);
	run(c, mixin->body, &inner, depth + 1);
}

static void contents(compiler *c, const struct node *n, const struct context *x, size_t depth)
{
	if (!x->in_mixin)
		gsty_fail(c, n->file, n->pos, LITERAL("@content outside of a mixin"));
	if (x->content == NULL)
		return;
	struct context inner = block_of(c, &x->content->context);
	inner.at = x->at;
	run(c, x->content->body, &inner, depth + 1);
}

static void import(compiler *c, const struct node *n, struct context *x, size_t depth)
{
	struct file *f = c->files[n->target];
	if (f->active)
		gsty_fail(c, n->file, n->pos, gsty_join3(c, LITERAL("import cycle: "), gsty_clip(c, f->name), LITERAL(" imports itself")));
	f->active = true;
	run(c, f->body, x, depth + 1);
	f->active = false;
}

static void statement(compiler *c, const struct node *n, struct context *x, size_t depth)
{
	switch (n->kind) {
	case A_COMMENT:
		comment(c, n, x);
		break;
	case A_DECLARATION:
	case A_CUSTOM:
		declare(c, n, x);
		break;
	case A_VARIABLE:
		assign(c, n, x);
		break;
	case A_RULE:
		style_rule(c, n, x, depth);
		break;
	case AN_AT_RULE:
		at_rule(c, n, x, depth);
		break;
	case A_MIXIN:
		gsty_set(c, x->scope, (struct binding){.name = n->name, .mixin = n, .scope = x->scope});
		break;
	case AN_INCLUDE:
		include(c, n, x, depth);
		break;
	case A_CONTENT:
		contents(c, n, x, depth);
		break;
	case AN_IMPORT:
		import(c, n, x, depth);
		break;
	}
	gsty_arena_empty(&c->scratch);
}

/* run evaluates statements. */
static void run(compiler *c, const struct node *body, struct context *x, size_t depth)
{
	for (const struct node *n = body; n != NULL; n = n->next) {
		c->current = n;
		if (depth > MAX_NESTING)
			gsty_fail(c, n->file, n->pos, LITERAL("nested too deeply"));
		gsty_spend(c, STEP_COST);
		statement(c, n, x, depth);
	}
}

/* gsty_render evaluates a file and closes what it left open. */
void gsty_render(compiler *c, struct file *f)
{
	struct context top = {.scope = gsty_new_scope(c, NULL)};
	f->active = true;
	run(c, f->body, &top, 0);
	gsty_go_to(c, (struct place){.wrapper = NULL});
}
