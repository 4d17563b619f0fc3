/*
 * Values.
 *
 * A value is text. It is a number where its whole text reads as one, so
 * nothing is lost between a literal and its use, and what is not calculated
 * with stays as it was written.
 */

#include "internal.h"

static struct operand factor(struct evaluator *e, unsigned mode);

static struct text join(struct evaluator *e, struct text a, struct text b)
{
	return gsty_join3(e->c, a, b, LITERAL(""));
}

/* gsty_evaluate returns the value of a span. */
struct text gsty_evaluate(compiler *c, const struct node *n, struct span s, struct scope *sc, unsigned mode)
{
	gsty_spend(c, s.end - s.start);
	struct evaluator e = {{n->file, s.start, s.end}, c, sc};
	return gsty_list(&e, 0, mode);
}

static struct text variable(struct evaluator *e)
{
	size_t start = e->k.pos;
	e->k.pos++;
	struct text word = gsty_name(&e->k);
	struct scope *where;
	const struct binding *b = gsty_find(e->scope, gsty_canonical(e->c, &e->c->scratch, '$', word), &where);
	if (b == NULL)
		gsty_fail(e->c, e->k.f, start, join(e, LITERAL("undefined variable $"), gsty_clip(e->c, word)));
	gsty_spend(e->c, b->value.n);
	return b->value;
}

static struct operand negated(struct evaluator *e, unsigned mode)
{
	size_t start = e->k.pos;
	e->k.pos++;
	struct operand v = factor(e, mode);
	struct number n;
	if (gsty_parse_number(v.text, &n)) {
		n.negative = !n.negative;
		return (struct operand){gsty_number_text(e->c, n), true};
	}
	if (!(mode & SOFT))
		gsty_fail(e->c, e->k.f, start, join(e, LITERAL("- wants a number, not "), gsty_clip(e->c, v.text)));
	return (struct operand){join(e, LITERAL("-"), v.text), false};
}

/* group reads parentheses, which go where a number is left. */
static struct operand group(struct evaluator *e, unsigned mode)
{
	e->k.pos++;
	struct text content = gsty_list(e, ')', mode & ARITHMETIC ? mode | DIVISION : mode);
	e->k.pos++;
	struct number n;
	if (mode & ARITHMETIC && gsty_parse_number(content, &n))
		return (struct operand){content, true};
	return (struct operand){gsty_join3(e->c, LITERAL("("), content, LITERAL(")")), false};
}

/* factor reads one value: it always advances. */
static struct operand factor(struct evaluator *e, unsigned mode)
{
	struct cursor *k = &e->k;
	byte ch = peek(k, 0), next = peek(k, 1);
	if (ch == '$' && mode & WITH_VARIABLES && (is_name_start(next) || next == '-'))
		return (struct operand){variable(e), true};
	if (ch == '-' && mode & ARITHMETIC && (next == '$' || next == '('))
		return negated(e, mode);
	if (ch == '(')
		return group(e, mode);
	if (ch == '[') {
		k->pos++;
		struct text inner = gsty_list(e, ']', mode);
		k->pos++;
		return (struct operand){gsty_join3(e->c, LITERAL("["), inner, LITERAL("]")), false};
	}
	if (ch == '"' || ch == '\'')
		return (struct operand){gsty_quoted(e, ch), false};
	if (gsty_at_number(k)) {
		struct text n = gsty_read_number(k);
		if (!gsty_at(k, LITERAL("#{")) && peek(k, 0) != '\\')
			return (struct operand){n, true};
		return gsty_word(e, n, mode);
	}
	if (is_name(ch) || (ch == '#' && (is_name(next) || next == '{')) || ch == '\\')
		return gsty_word(e, LITERAL(""), mode);
	k->pos++;
	return (struct operand){slice(k->f->text, k->pos - 1, k->pos), false};
}

/* right reads the operand after an operator. */
static struct operand right(struct evaluator *e, byte op, size_t start,
	struct operand (*read)(struct evaluator *, unsigned), unsigned mode)
{
	switch (peek(&e->k, 0)) {
	case 0:
	case ')':
	case ']':
	case '}':
	case ',':
	case ';':
		if (!(mode & SOFT))
			gsty_fail(e->c, e->k.f, start, join(e, LITERAL("expected a value after "), single(&op)));
		return (struct operand){LITERAL(""), false};
	default:
		return read(e, mode);
	}
}

/* apply calculates, or joins the texts where it cannot and may not fail. */
static struct operand apply(struct evaluator *e, struct operand left, byte op, struct operand right,
	size_t start, bool gap, bool after, unsigned mode)
{
	struct number a, b, result;
	struct text problem;
	bool numeric = gsty_parse_number(left.text, &a);
	if (!numeric || !gsty_parse_number(right.text, &b))
		problem = gsty_join3(e->c, single(&op), LITERAL(" wants numbers, not "),
			gsty_clip(e->c, numeric ? right.text : left.text));
	else if (gsty_calculate(e->c, a, op, b, &result, &problem))
		return (struct operand){gsty_number_text(e->c, result), true};
	if (!(mode & SOFT))
		gsty_fail(e->c, e->k.f, start, problem);
	struct buffer out = {.arena = &e->c->scratch};
	gsty_append(e->c, &out, left.text);
	if (gap)
		gsty_append_byte(e->c, &out, ' ');
	gsty_append_byte(e->c, &out, op);
	if (after)
		gsty_append_byte(e->c, &out, ' ');
	gsty_append(e->c, &out, right.text);
	gsty_spend(e->c, out.n);
	return (struct operand){gsty_taken(&out), false};
}

static struct operand product(struct evaluator *e, unsigned mode)
{
	struct cursor *k = &e->k;
	struct operand left = factor(e, mode);
	while (mode & ARITHMETIC) {
		size_t start = k->pos;
		bool gap = gsty_space(e->c, k);
		byte op = peek(k, 0);
		if (op != '*' && !(op == '/' && mode & DIVISION) &&
			!(op == '%' && gap && is_space(peek(k, 1)))) {
			k->pos = start;
			break;
		}
		size_t place = k->pos;
		k->pos++;
		bool after = gsty_space(e->c, k);
		struct operand r = right(e, op, place, factor, mode);
		left = apply(e, left, op, r, place, gap, after, mode);
	}
	return left;
}

static struct text sum(struct evaluator *e, unsigned mode)
{
	struct cursor *k = &e->k;
	struct operand left = product(e, mode);
	while (mode & ARITHMETIC) {
		size_t start = k->pos;
		bool gap = gsty_space(e->c, k);
		byte op = peek(k, 0);
		if ((op != '+' && op != '-') || (gap ? !is_space(peek(k, 1)) : !left.number)) {
			k->pos = start;
			break;
		}
		size_t place = k->pos;
		k->pos++;
		bool after = gsty_space(e->c, k);
		struct operand r = right(e, op, place, product, mode);
		left = apply(e, left, op, r, place, gap, after, mode);
	}
	return left.text;
}

/*
 * skip_gap skips white space and comments, and says whether what is around
 * them is apart.
 */
static bool skip_gap(struct evaluator *e, unsigned mode)
{
	struct cursor k = e->k;
	bool gap = gsty_space(e->c, &e->k);
	if (!(mode & SELECTOR))
		return gap;
	while (k.pos < e->k.pos) {
		if (!gsty_at(&k, LITERAL("/*")))
			return true;
		gsty_skip_comment(e->c, &k);
	}
	return false;
}

/*
 * list evaluates up to the closing byte, or up to the end for 0. White space
 * becomes one space, and none at the ends and before commas: a space there can
 * only be the end of an escape.
 */
struct text gsty_list(struct evaluator *e, byte closing, unsigned mode)
{
	struct cursor *k = &e->k;
	struct buffer out = {.arena = &e->c->scratch};
	for (;;) {
		bool gap = skip_gap(e, mode);
		if (k->pos == k->end) {
			if (closing != 0)
				gsty_fail(e->c, e->k.f, k->pos, join(e, LITERAL("expected "), single(&closing)));
			break;
		}
		byte ch = peek(k, 0);
		if (closing != 0 && ch == closing)
			break;
		if (gap && out.n > 0 && ch != ',')
			gsty_append_byte(e->c, &out, ' ');
		gsty_append(e->c, &out, sum(e, mode));
		if (mode & QUERY && closing == ')' && gsty_has_byte(LITERAL(":<>="), ch))
			mode = WITH_VARIABLES | ARITHMETIC;
	}
	gsty_spend(e->c, out.n);
	return gsty_taken(&out);
}
