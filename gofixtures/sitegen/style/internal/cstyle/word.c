/* Words: numbers, identifiers, functions. */

#include "internal.h"

/* gsty_at_number says whether a number comes next. */
bool gsty_at_number(const struct cursor *k)
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
 * gsty_read_number reads a number and its unit. A hyphen belongs to the unit only
 * before a letter: 1px-2px is a difference.
 */
struct text gsty_read_number(struct cursor *k)
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
		gsty_append(e->c, out, slice(k->f->text, start, k->pos));
		gsty_append_byte(e->c, out, ' ');
		k->pos += gsty_at(k, LITERAL("\r\n")) ? 2 : 1;
		return;
	}
	if (hex == 0 && k->pos < k->end && !is_newline(peek(k, 0)))
		k->pos++;
	gsty_append(e->c, out, slice(k->f->text, start, k->pos));
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
	return gsty_is_one_of(word, words, sizeof words / sizeof *words);
}

/* function reads the arguments of a function after its name. */
static struct operand function(struct evaluator *e, struct buffer *out, unsigned mode)
{
	struct cursor *k = &e->k;
	size_t start = k->pos;
	if (gsty_raw_url(k->f->text, k->pos, k->end)) {
		gsty_url(e, out);
		return (struct operand){gsty_taken(out), false};
	}
	k->pos++;
	struct text word = gsty_lowered(e->c, gsty_taken(out));
	unsigned inner = mode & ~(unsigned)(DIVISION | QUERY);
	if (calculates(word))
		inner &= ~(unsigned)(ARITHMETIC | SOFT);
	else if (mode & ARITHMETIC)
		inner |= SOFT;
	struct text args = gsty_list(e, ')', inner);
	k->pos++;
	if (mode & ARITHMETIC) {
		struct text result, problem = LITERAL("");
		if (gsty_color_function(e->c, word, args, &result, &problem))
			return (struct operand){result, false};
		if (problem.n > 0)
			gsty_fail(e->c, e->k.f, start, problem);
	}
	gsty_append_byte(e->c, out, '(');
	gsty_append(e->c, out, args);
	gsty_append_byte(e->c, out, ')');
	return (struct operand){gsty_taken(out), false};
}

/* gsty_word reads an identifier, a color or a function, after what was read of it. */
struct operand gsty_word(struct evaluator *e, struct text read, unsigned mode)
{
	struct cursor *k = &e->k;
	size_t start = k->pos;
	if (peek(k, 0) == '#' && peek(k, 1) != '{')
		k->pos++;
	gsty_name(k);
	struct text plain = slice(k->f->text, start, k->pos);
	if (read.n == 0 && !gsty_has_byte(LITERAL("#\\(+"), peek(k, 0)))
		return (struct operand){plain, false};
	struct buffer out = {.arena = &e->c->scratch};
	gsty_append(e->c, &out, read);
	gsty_append(e->c, &out, plain);
	for (;;) {
		if (is_name(peek(k, 0)))
			gsty_append(e->c, &out, gsty_name(k));
		else if (gsty_at(k, LITERAL("#{")))
			gsty_append(e->c, &out, gsty_interpolation(e));
		else if (peek(k, 0) == '\\')
			escape(e, &out);
		else
			break;
	}
	if (out.n == 1 && lower(out.p[0]) == 'u' && peek(k, 0) == '+' && (is_hex(peek(k, 1)) || peek(k, 1) == '?'))
		gsty_append(e->c, &out, unicode_range(k));
	if (peek(k, 0) == '(')
		return function(e, &out, mode);
	return (struct operand){gsty_taken(&out), false};
}
