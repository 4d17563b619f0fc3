/*
 * Values.
 *
 * A value is text. It is a number where its whole text reads as one, so
 * nothing is lost between a literal and its use, and what is not calculated
 * with stays as it was written.
 */

#include "internal.h"

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

static struct text list(struct evaluator *e, byte closing, unsigned mode);
static struct operand factor(struct evaluator *e, unsigned mode);

static noreturn void fail_at(struct evaluator *e, size_t pos, struct text message)
{
	fail(e->c, e->k.f, pos, message);
}

static struct text join(struct evaluator *e, struct text a, struct text b)
{
	return join3(e->c, a, b, LITERAL(""));
}

/* evaluate returns the value of a span. */
struct text evaluate(compiler *c, const struct node *n, struct span s, struct scope *sc, unsigned mode)
{
	spend(c, s.end - s.start);
	struct evaluator e = {{n->file, s.start, s.end}, c, sc};
	return list(&e, 0, mode);
}

/* string_end returns the place after the string that begins at i. */
size_t string_end(struct text t, size_t i)
{
	byte quote = t.p[i];
	for (i++; i < t.n; i++) {
		if (t.p[i] == '\\')
			i++;
		else if (t.p[i] == quote)
			return i + 1;
	}
	return t.n;
}

/* interpolation reads #{...}; a quoted string loses its quotes. */
static struct text interpolation(struct evaluator *e)
{
	e->k.pos += 2;
	struct text value = list(e, '}', WITH_VARIABLES | ARITHMETIC | DIVISION);
	e->k.pos++;
	if (value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'') && string_end(value, 0) == value.n)
		return slice(value, 1, value.n - 1);
	return value;
}

static struct text variable(struct evaluator *e)
{
	size_t start = e->k.pos;
	e->k.pos++;
	struct text word = name(&e->k), value;
	if (!find_variable(e->scope, canonical(e->c, &e->c->scratch, '$', word), &value))
		fail_at(e, start, join(e, LITERAL("undefined variable $"), clip(e->c, word)));
	spend(e->c, value.n);
	return value;
}

static struct operand negated(struct evaluator *e, unsigned mode)
{
	size_t start = e->k.pos;
	e->k.pos++;
	struct operand v = factor(e, mode);
	struct number n;
	if (parse_number(v.text, &n)) {
		n.negative = !n.negative;
		return (struct operand){number_text(e->c, n), true};
	}
	if (!(mode & SOFT))
		fail_at(e, start, join(e, LITERAL("- wants a number, not "), clip(e->c, v.text)));
	return (struct operand){join(e, LITERAL("-"), v.text), false};
}

/* group reads parentheses, which go where a number is left. */
static struct operand group(struct evaluator *e, unsigned mode)
{
	e->k.pos++;
	struct text content = list(e, ')', mode & ARITHMETIC ? mode | DIVISION : mode);
	e->k.pos++;
	struct number n;
	if (mode & ARITHMETIC && parse_number(content, &n))
		return (struct operand){content, true};
	return (struct operand){join3(e->c, LITERAL("("), content, LITERAL(")")), false};
}

/* append_escaped appends what is interpolated into a string. */
static void append_escaped(compiler *c, struct buffer *out, struct text s, byte quote)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			append_byte(c, out, s.p[i++]);
		else if (s.p[i] == quote || s.p[i] == '\\')
			append_byte(c, out, '\\');
		append_byte(c, out, s.p[i]);
	}
}

/* quoted reads a string. */
static struct text quoted(struct evaluator *e, byte quote)
{
	struct cursor *k = &e->k;
	size_t start = k->pos;
	struct buffer out = {.arena = &e->c->scratch};
	append_byte(e->c, &out, quote);
	k->pos++;
	while (k->pos < k->end) {
		byte ch = peek(k, 0);
		if (ch == '\\' && k->end - k->pos > 1) {
			append_byte(e->c, &out, ch);
			append_byte(e->c, &out, peek(k, 1));
			k->pos++;
		} else if (at(k, LITERAL("#{"))) {
			append_escaped(e->c, &out, interpolation(e), quote);
			continue;
		} else {
			append_byte(e->c, &out, ch);
			if (ch == quote) {
				k->pos++;
				return taken(&out);
			}
		}
		k->pos++;
	}
	fail_at(e, start, LITERAL("unclosed string"));
}

/* at_number says whether a number comes next. */
static bool at_number(const struct cursor *k)
{
	size_t i = peek(k, 0) == '+' || peek(k, 0) == '-' ? 1 : 0;
	return is_digit(peek(k, i)) || (peek(k, i) == '.' && is_digit(peek(k, i + 1)));
}

static void digits(struct cursor *k)
{
	while (is_digit(peek(k, 0)))
		k->pos++;
}

/*
 * read_number reads a number and its unit. A hyphen belongs to the unit only
 * before a letter: 1px-2px is a difference.
 */
static struct text read_number(struct cursor *k)
{
	size_t start = k->pos;
	if (!is_digit(peek(k, 0)) && peek(k, 0) != '.')
		k->pos++;
	digits(k);
	if (peek(k, 0) == '.' && is_digit(peek(k, 1))) {
		k->pos++;
		digits(k);
	}
	if (lower(peek(k, 0)) == 'e' && (is_digit(peek(k, 1)) ||
		((peek(k, 1) == '+' || peek(k, 1) == '-') && is_digit(peek(k, 2))))) {
		k->pos += 2;
		digits(k);
	}
	if (peek(k, 0) == '%') {
		k->pos++;
		return slice(k->f->text, start, k->pos);
	}
	while (is_name(peek(k, 0)) &&
		(peek(k, 0) != '-' || is_name_start(peek(k, 1)) || peek(k, 1) == '-'))
		k->pos++;
	return slice(k->f->text, start, k->pos);
}

/*
 * escape reads a backslash and what it escapes (CSS Syntax Level 3, 4.3.7): the
 * white space after hexadecimal digits belongs to it.
 */
static void escape(struct evaluator *e, struct buffer *out)
{
	struct cursor *k = &e->k;
	size_t start = k->pos;
	k->pos++;
	int hex = 0;
	for (; hex < 6 && is_hex(peek(k, 0)); hex++)
		k->pos++;
	if (hex > 0 && is_space(peek(k, 0))) {
		append(e->c, out, slice(k->f->text, start, k->pos));
		append_byte(e->c, out, ' ');
		k->pos += at(k, LITERAL("\r\n")) ? 2 : 1;
		return;
	}
	if (hex == 0 && k->pos < k->end && !is_newline(peek(k, 0)))
		k->pos++;
	append(e->c, out, slice(k->f->text, start, k->pos));
}

/* unicode_range reads U+26 or U+0025-00FF after the U. */
static struct text unicode_range(struct cursor *k)
{
	size_t start = k->pos;
	k->pos++;
	while (is_hex(peek(k, 0)) || peek(k, 0) == '?' || peek(k, 0) == '-')
		k->pos++;
	return slice(k->f->text, start, k->pos);
}

/* url reads the parentheses of an address without quotes as they are. */
static void url(struct evaluator *e, struct buffer *out)
{
	struct cursor *k = &e->k;
	size_t start = k->pos;
	while (k->pos < k->end) {
		byte ch = peek(k, 0);
		if (at(k, LITERAL("#{"))) {
			append(e->c, out, interpolation(e));
			continue;
		}
		if (ch == '\\' && k->end - k->pos > 1) {
			append_byte(e->c, out, ch);
			k->pos++;
			ch = peek(k, 0);
		} else if (ch == ')') {
			k->pos++;
			append_byte(e->c, out, ch);
			return;
		}
		append_byte(e->c, out, ch);
		k->pos++;
	}
	fail_at(e, start, LITERAL("unclosed url("));
}

/*
 * These are the functions in which CSS itself calculates, or takes any text:
 * what is in them stays (CSS Values and Units Level 4, 10; CSS Custom
 * Properties Level 1, 3).
 */
static bool calculates(struct text word)
{
	const struct text words[] = {
		LITERAL("calc"), LITERAL("min"), LITERAL("max"), LITERAL("clamp"), LITERAL("round"),
		LITERAL("mod"), LITERAL("rem"), LITERAL("sin"), LITERAL("cos"), LITERAL("tan"),
		LITERAL("asin"), LITERAL("acos"), LITERAL("atan"), LITERAL("atan2"), LITERAL("pow"),
		LITERAL("sqrt"), LITERAL("hypot"), LITERAL("log"), LITERAL("exp"), LITERAL("abs"),
		LITERAL("sign"), LITERAL("var"), LITERAL("env"), LITERAL("attr"),
		LITERAL("-webkit-calc"), LITERAL("-moz-calc"),
	};
	return is_one_of(word, words, sizeof words / sizeof *words);
}

/* function reads the arguments of a function after its name. */
static struct operand function(struct evaluator *e, struct buffer *out, unsigned mode)
{
	struct cursor *k = &e->k;
	size_t start = k->pos;
	if (raw_url(k->f->text, k->pos, k->end)) {
		url(e, out);
		return (struct operand){taken(out), false};
	}
	k->pos++;
	struct text word = lowered(e->c, taken(out));
	unsigned inner = mode & ~(unsigned)(DIVISION | QUERY);
	if (calculates(word))
		inner &= ~(unsigned)(ARITHMETIC | SOFT);
	else if (mode & ARITHMETIC)
		inner |= SOFT;
	struct text args = list(e, ')', inner);
	k->pos++;
	if (mode & ARITHMETIC) {
		struct text result, problem = LITERAL("");
		if (color_function(e->c, word, args, &result, &problem))
			return (struct operand){result, false};
		if (problem.n > 0)
			fail_at(e, start, problem);
	}
	append_byte(e->c, out, '(');
	append(e->c, out, args);
	append_byte(e->c, out, ')');
	return (struct operand){taken(out), false};
}

/* word reads an identifier, a color or a function, after what was read of it. */
static struct operand word(struct evaluator *e, struct text read, unsigned mode)
{
	struct cursor *k = &e->k;
	size_t start = k->pos;
	if (peek(k, 0) == '#' && peek(k, 1) != '{')
		k->pos++;
	name(k);
	struct text plain = slice(k->f->text, start, k->pos);
	if (read.n == 0 && !has_byte(LITERAL("#\\(+"), peek(k, 0)))
		return (struct operand){plain, false};
	struct buffer out = {.arena = &e->c->scratch};
	append(e->c, &out, read);
	append(e->c, &out, plain);
	for (;;) {
		if (is_name(peek(k, 0)))
			append(e->c, &out, name(k));
		else if (at(k, LITERAL("#{")))
			append(e->c, &out, interpolation(e));
		else if (peek(k, 0) == '\\')
			escape(e, &out);
		else
			break;
	}
	if (out.n == 1 && lower(out.p[0]) == 'u' && peek(k, 0) == '+' && (is_hex(peek(k, 1)) || peek(k, 1) == '?'))
		append(e->c, &out, unicode_range(k));
	if (peek(k, 0) == '(')
		return function(e, &out, mode);
	return (struct operand){taken(&out), false};
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
		struct text inner = list(e, ']', mode);
		k->pos++;
		return (struct operand){join3(e->c, LITERAL("["), inner, LITERAL("]")), false};
	}
	if (ch == '"' || ch == '\'')
		return (struct operand){quoted(e, ch), false};
	if (at_number(k)) {
		struct text n = read_number(k);
		if (!at(k, LITERAL("#{")) && peek(k, 0) != '\\')
			return (struct operand){n, true};
		return word(e, n, mode);
	}
	if (is_name(ch) || (ch == '#' && (is_name(next) || next == '{')) || ch == '\\')
		return word(e, LITERAL(""), mode);
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
			fail_at(e, start, join(e, LITERAL("expected a value after "), single(&op)));
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
	bool numeric = parse_number(left.text, &a);
	if (!numeric || !parse_number(right.text, &b))
		problem = join3(e->c, single(&op), LITERAL(" wants numbers, not "),
			clip(e->c, numeric ? right.text : left.text));
	else if (calculate(e->c, a, op, b, &result, &problem))
		return (struct operand){number_text(e->c, result), true};
	if (!(mode & SOFT))
		fail_at(e, start, problem);
	struct buffer out = {.arena = &e->c->scratch};
	append(e->c, &out, left.text);
	if (gap)
		append_byte(e->c, &out, ' ');
	append_byte(e->c, &out, op);
	if (after)
		append_byte(e->c, &out, ' ');
	append(e->c, &out, right.text);
	spend(e->c, out.n);
	return (struct operand){taken(&out), false};
}

static struct operand product(struct evaluator *e, unsigned mode)
{
	struct cursor *k = &e->k;
	struct operand left = factor(e, mode);
	while (mode & ARITHMETIC) {
		size_t start = k->pos;
		bool gap = space(e->c, k);
		byte op = peek(k, 0);
		if (op != '*' && !(op == '/' && mode & DIVISION) &&
			!(op == '%' && gap && is_space(peek(k, 1)))) {
			k->pos = start;
			break;
		}
		size_t place = k->pos;
		k->pos++;
		bool after = space(e->c, k);
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
		bool gap = space(e->c, k);
		byte op = peek(k, 0);
		if ((op != '+' && op != '-') || (gap ? !is_space(peek(k, 1)) : !left.number)) {
			k->pos = start;
			break;
		}
		size_t place = k->pos;
		k->pos++;
		bool after = space(e->c, k);
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
	bool gap = space(e->c, &e->k);
	if (!(mode & SELECTOR))
		return gap;
	while (k.pos < e->k.pos) {
		if (!at(&k, LITERAL("/*")))
			return true;
		skip_comment(e->c, &k);
	}
	return false;
}

/*
 * list evaluates up to the closing byte, or up to the end for 0. White space
 * becomes one space, and none at the ends and before commas: a space there can
 * only be the end of an escape.
 */
static struct text list(struct evaluator *e, byte closing, unsigned mode)
{
	struct cursor *k = &e->k;
	struct buffer out = {.arena = &e->c->scratch};
	for (;;) {
		bool gap = skip_gap(e, mode);
		if (k->pos == k->end) {
			if (closing != 0)
				fail_at(e, k->pos, join(e, LITERAL("expected "), single(&closing)));
			break;
		}
		byte ch = peek(k, 0);
		if (closing != 0 && ch == closing)
			break;
		if (gap && out.n > 0 && ch != ',')
			append_byte(e->c, &out, ' ');
		append(e->c, &out, sum(e, mode));
		if (mode & QUERY && closing == ')' && has_byte(LITERAL(":<>="), ch))
			mode = WITH_VARIABLES | ARITHMETIC;
	}
	spend(e->c, out.n);
	return taken(&out);
}

/*
 * verbatim evaluates nothing but interpolations: the value of a custom
 * property may be anything (CSS Custom Properties Level 1, 2).
 */
struct text verbatim(compiler *c, const struct node *n, struct span s, struct scope *sc)
{
	spend(c, s.end - s.start);
	struct evaluator e = {{n->file, s.start, s.end}, c, sc};
	struct cursor *k = &e.k;
	struct buffer out = {.arena = &c->scratch};
	byte quote = 0; /* of the string that we are in, IN_URL in an address */
	while (k->pos < k->end) {
		size_t start = k->pos;
		byte ch = peek(k, 0);
		if (ch == '\\' && k->end - k->pos > 1) {
			k->pos++;
		} else if (at(k, LITERAL("#{"))) {
			append(c, &out, interpolation(&e));
			continue;
		} else if (quote == IN_URL) {
			if (ch == ')')
				quote = 0;
		} else if (quote != 0) {
			if (ch == quote)
				quote = 0;
		} else if (ch == '"' || ch == '\'') {
			quote = ch;
		} else if (ch == '(' && raw_url(k->f->text, k->pos, k->end)) {
			quote = IN_URL;
		} else if (at(k, LITERAL("/*"))) {
			skip_comment(c, k);
			k->pos--;
		}
		k->pos++;
		append(c, &out, slice(k->f->text, start, k->pos));
	}
	spend(c, out.n);
	return trimmed(taken(&out));
}
