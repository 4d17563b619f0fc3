/* Shorter ways to write what CSS takes for the same. */

#include "internal.h"

static bool is_combinator(byte ch)
{
	return ch == '>' || ch == '+' || ch == '~';
}

/*
 * gsty_minify_selector appends t without the white space around its combinators,
 * outside of brackets: 2n + 1 in :nth-child() stays.
 */
void gsty_minify_selector(compiler *c, struct buffer *out, struct text t)
{
	ptrdiff_t depth = 0;
	for (size_t i = 0; i < t.n; i++) {
		byte ch = t.p[i];
		switch (ch) {
		case '\\':
			if (i + 1 < t.n) {
				gsty_append_byte(c, out, ch);
				ch = t.p[++i];
			}
			break;
		case '"':
		case '\'': {
			size_t end = gsty_string_end(t, i);
			gsty_append(c, out, slice(t, i, end - 1));
			i = end - 1;
			ch = t.p[i];
			break;
		}
		case '(':
		case '[':
			depth++;
			break;
		case ')':
		case ']':
			depth--;
			break;
		case ' ':
			if (depth == 0 && i + 1 < t.n && is_combinator(t.p[i + 1]))
				continue;
			break;
		case '>':
		case '+':
		case '~':
			if (depth == 0 && i + 1 < t.n && t.p[i + 1] == ' ')
				i++;
			break;
		default:
			break;
		}
		gsty_append_byte(c, out, ch);
	}
}

static size_t name_end(struct text t, size_t i)
{
	while (i < t.n && is_name(t.p[i]))
		i++;
	return i;
}

/* word_end returns the place after the identifier at i, with its escapes. */
static size_t word_end(struct text t, size_t i)
{
	for (i = name_end(t, i); i + 1 < t.n && t.p[i] == '\\'; i = name_end(t, i)) {
		i++;
		int digits = 0;
		for (; digits < 6 && i < t.n && is_hex(t.p[i]); i++)
			digits++;
		if (digits == 0 || (i < t.n && t.p[i] == ' '))
			i++;
	}
	return i;
}

/* url_end returns the place after the address whose parenthesis is at i. */
static size_t url_end(struct text t, size_t i)
{
	for (; i < t.n; i++) {
		if (t.p[i] == '\\')
			i++;
		else if (t.p[i] == ')')
			return i + 1;
	}
	return t.n;
}

/* shortens says whether a color is of pairs: #aabbcc. */
static bool shortens(struct text hash)
{
	if (hash.n != 7 && hash.n != 9)
		return false;
	for (size_t i = 1; i < hash.n; i += 2) {
		if (!is_hex(hash.p[i]) || lower(hash.p[i]) != lower(hash.p[i + 1]))
			return false;
	}
	return true;
}

static bool starts_number(struct text t, size_t i)
{
	if (t.p[i] == '+' || t.p[i] == '-')
		i++;
	if (i < t.n && t.p[i] == '.')
		i++;
	return i < t.n && is_digit(t.p[i]);
}

/* is_length knows units of which zero needs none (CSS Values and Units Level 4, 6). */
static bool is_length(compiler *c, struct text unit)
{
	const struct text units[] = {
		LITERAL("px"), LITERAL("em"), LITERAL("rem"), LITERAL("ex"), LITERAL("ch"), LITERAL("vw"),
		LITERAL("vh"), LITERAL("vmin"), LITERAL("vmax"), LITERAL("cm"), LITERAL("mm"), LITERAL("in"),
		LITERAL("pt"), LITERAL("pc"), LITERAL("q"),
	};
	return gsty_is_one_of(gsty_lowered(c, unit), units, sizeof units / sizeof *units);
}

/* minify_number appends the number at i and returns the place after it. */
static size_t minify_number(compiler *c, struct buffer *out, struct text t, size_t i, bool units)
{
	size_t start = i;
	if (t.p[i] == '+' || t.p[i] == '-')
		i++;
	size_t whole = i;
	bool zero = true;
	for (; i < t.n && is_digit(t.p[i]); i++)
		zero = zero && t.p[i] == '0';
	size_t point = i;
	if (t.n - i > 1 && t.p[i] == '.' && is_digit(t.p[i + 1])) {
		for (i++; i < t.n && is_digit(t.p[i]); i++) {
		}
	}
	size_t end = name_end(t, i);
	struct text unit = slice(t, i, end);
	if ((end < t.n && (t.p[end] == '.' || t.p[end] == '\\')) ||
		(unit.n > 0 && lower(unit.p[0]) == 'e' && !gsty_is_unit(unit))) {
		gsty_append(c, out, slice(t, start, end)); /* an exponent, or nothing we know */
		return end;
	}
	struct text digits = slice(t, whole, point), fraction = slice(t, point, i);
	while (fraction.n > 0 && fraction.p[fraction.n - 1] == '0')
		fraction.n--;
	if (fraction.n == 1)
		fraction.n = 0;
	if (zero && fraction.n == 0 && units && is_length(c, unit)) {
		gsty_append_byte(c, out, '0');
		return end;
	}
	if (zero)
		digits = fraction.n == 0 ? LITERAL("0") : LITERAL("");
	gsty_append(c, out, slice(t, start, whole));
	gsty_append(c, out, digits);
	gsty_append(c, out, fraction);
	gsty_append(c, out, unit);
	return end;
}

/*
 * gsty_minify_value shortens a value: space after commas and before !important,
 * numbers, colors and, with units, lengths of zero.
 */
struct text gsty_minify_value(compiler *c, struct text t, bool units)
{
	struct buffer out = {.arena = &c->scratch};
	ptrdiff_t depth = 0;
	for (size_t i = 0; i < t.n;) {
		byte ch = t.p[i];
		size_t end = i + 1;
		if (ch == '"' || ch == '\'') {
			end = gsty_string_end(t, i);
		} else if (ch == '(' && gsty_raw_url(t, i, t.n)) {
			end = url_end(t, i);
		} else if (ch == '(') {
			depth++;
		} else if (ch == ')') {
			depth--;
		} else if (ch == ' ' && end < t.n && t.p[end] == '!') {
			i = end;
			continue;
		} else if (ch == ',' && end < t.n && t.p[end] == ' ') {
			gsty_append_byte(c, &out, ',');
			i = end + 1;
			continue;
		} else if (starts_number(t, i)) {
			i = minify_number(c, &out, t, i, units && depth == 0);
			continue;
		} else if (ch == '#') {
			end = word_end(t, end);
			if (shortens(slice(t, i, end)) && (i == 0 || gsty_has_byte(LITERAL(" ,("), t.p[i - 1]))) {
				gsty_append_byte(c, &out, '#');
				for (size_t j = i + 1; j < end; j += 2)
					gsty_append_byte(c, &out, t.p[j]);
				i = end;
				continue;
			}
		} else if (is_name(ch) || ch == '\\') {
			end = word_end(t, i);
		}
		gsty_append(c, &out, slice(t, i, end));
		i = end;
	}
	return gsty_taken(&out);
}
