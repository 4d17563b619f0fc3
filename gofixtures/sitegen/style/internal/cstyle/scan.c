/* Characters, and finding the ends of things without understanding them. */

#include <string.h>

#include "internal.h"

/* gsty_at says whether s comes next. */
bool gsty_at(const struct cursor *k, struct text s)
{
	return gsty_starts_with(slice(k->f->text, k->pos, k->end), s);
}

/* gsty_name reads name characters. */
struct text gsty_name(struct cursor *k)
{
	size_t start = k->pos;
	while (k->pos < k->end && is_name(k->f->text.p[k->pos]))
		k->pos++;
	return slice(k->f->text, start, k->pos);
}

/* gsty_blanks skips white space alone. */
void gsty_blanks(struct cursor *k)
{
	while (k->pos < k->end && is_space(k->f->text.p[k->pos]))
		k->pos++;
}

/* gsty_space skips white space and comments, and says whether there was any. */
bool gsty_space(compiler *c, struct cursor *k)
{
	size_t start = k->pos;
	for (;;) {
		byte ch = peek(k, 0);
		if (is_space(ch))
			k->pos++;
		else if (ch == '/' && peek(k, 1) == '/')
			gsty_skip_line(k);
		else if (ch == '/' && peek(k, 1) == '*')
			gsty_skip_comment(c, k);
		else
			break;
	}
	return k->pos > start;
}

/* gsty_skip_line goes to the end of the line. */
void gsty_skip_line(struct cursor *k)
{
	while (k->pos < k->end && !is_newline(k->f->text.p[k->pos]))
		k->pos++;
}

/* gsty_skip_comment skips the comment that begins here. */
void gsty_skip_comment(compiler *c, struct cursor *k)
{
	for (size_t i = k->pos + 2; i + 1 < k->end; i++) {
		if (k->f->text.p[i] == '*' && k->f->text.p[i + 1] == '/') {
			k->pos = i + 2;
			return;
		}
	}
	gsty_fail(c, k->f, k->pos, LITERAL("unclosed comment"));
}

/*
 * gsty_raw_url says whether the parenthesis at pos opens a url() whose address is
 * not quoted, and so ends at the first parenthesis whatever is in between (CSS
 * Syntax Level 3, 4.3.6). An address that begins with a variable is a value.
 */
bool gsty_raw_url(struct text t, size_t pos, size_t end)
{
	if (pos < 3 || lower(t.p[pos - 3]) != 'u' || lower(t.p[pos - 2]) != 'r' || lower(t.p[pos - 1]) != 'l')
		return false;
	if (pos > 3 && (is_name(t.p[pos - 4]) || gsty_has_byte(LITERAL("\\$@"), t.p[pos - 4])))
		return false;
	for (pos++; pos < end && is_space(t.p[pos]); pos++) {
	}
	return pos == end || !gsty_has_byte(LITERAL("\"'$"), t.p[pos]);
}

static struct text unclosed(byte in)
{
	switch (in) {
	case ')':
		return LITERAL("unclosed (");
	case ']':
		return LITERAL("unclosed [");
	case '}':
		return LITERAL("unclosed {");
	case IN_URL:
		return LITERAL("unclosed url(");
	case IN_INTERPOLATION:
		return LITERAL("unclosed #{");
	default:
		return LITERAL("unclosed string");
	}
}

struct stack {
	size_t depth;
	size_t pos[MAX_NESTING];
	byte in[MAX_NESTING];
};

static void push(compiler *c, const struct cursor *k, struct stack *s, byte in)
{
	if (s->depth == MAX_NESTING)
		gsty_fail(c, k->f, k->pos, LITERAL("nested too deeply"));
	s->pos[s->depth] = k->pos;
	s->in[s->depth++] = in;
}

/*
 * gsty_scan moves to the first byte of stops that is not within brackets, strings,
 * url(), interpolations or comments, or to the end. raw is for values of custom
 * properties, where // is no comment.
 */
void gsty_scan(compiler *c, struct cursor *k, const char *stops, bool raw)
{
	const struct text stop = {(const byte *)stops, strlen(stops)};
	struct stack s;
	s.depth = 0;
	size_t interpolations = 0;
	while (k->pos < k->end) {
		byte ch = k->f->text.p[k->pos];
		byte in = s.depth > 0 ? s.in[s.depth - 1] : 0;
		if (is_name(ch)) {
			/* means nothing in any state */
		} else if (ch == '\\') {
			k->pos++;
			if (gsty_at(k, LITERAL("\r\n")))
				k->pos++;
			if (k->pos == k->end)
				continue;
		} else if (ch == '#' && peek(k, 1) == '{') {
			push(c, k, &s, IN_INTERPOLATION);
			interpolations++;
			k->pos++;
		} else if (in == '"' || in == '\'') {
			if (ch == in)
				s.depth--;
			else if (is_newline(ch))
				gsty_fail(c, k->f, s.pos[s.depth - 1], unclosed(in));
		} else if (in == IN_URL) {
			if (ch == ')')
				s.depth--;
		} else if (s.depth == 0 && gsty_has_byte(stop, ch)) {
			return;
		} else if (ch == '"' || ch == '\'') {
			push(c, k, &s, ch);
		} else if (ch == '(') {
			push(c, k, &s, gsty_raw_url(k->f->text, k->pos, k->end) ? IN_URL : ')');
		} else if (ch == '[') {
			push(c, k, &s, ']');
		} else if (ch == '{') {
			push(c, k, &s, '}');
		} else if (ch == '}' && in == IN_INTERPOLATION) {
			s.depth--;
			interpolations--;
		} else if (ch == ')' || ch == ']' || ch == '}') {
			if (s.depth == 0)
				gsty_fail(c, k->f, k->pos, gsty_join3(c, LITERAL("unmatched "), single(&ch), LITERAL("")));
			if (ch != in)
				gsty_fail(c, k->f, s.pos[s.depth - 1], unclosed(in));
			s.depth--;
		} else if (ch == '/' && peek(k, 1) == '*') {
			gsty_skip_comment(c, k);
			continue;
		} else if (ch == '/' && peek(k, 1) == '/' && !(raw && interpolations == 0)) {
			gsty_skip_line(k);
			continue;
		}
		k->pos++;
	}
	if (s.depth > 0)
		gsty_fail(c, k->f, s.pos[s.depth - 1], unclosed(s.in[s.depth - 1]));
}
