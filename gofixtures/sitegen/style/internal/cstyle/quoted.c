/* Texts that are taken as they are: strings, addresses, custom properties. */

#include "internal.h"

/* gsty_string_end returns the place after the string that begins at i. */
size_t gsty_string_end(struct text t, size_t i)
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

/* gsty_interpolation reads #{...}; a quoted string loses its quotes. */
struct text gsty_interpolation(struct evaluator *e)
{
	e->k.pos += 2;
	struct text value = gsty_list(e, '}', WITH_VARIABLES | ARITHMETIC | DIVISION);
	e->k.pos++;
	if (value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'') && gsty_string_end(value, 0) == value.n)
		return slice(value, 1, value.n - 1);
	return value;
}

/* append_escaped appends what is interpolated into a string. */
static void append_escaped(compiler *c, struct buffer *out, struct text s, byte quote)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			gsty_append_byte(c, out, s.p[i++]);
		else if (s.p[i] == quote || s.p[i] == '\\')
			gsty_append_byte(c, out, '\\');
		gsty_append_byte(c, out, s.p[i]);
	}
}

/* gsty_quoted reads a string. */
struct text gsty_quoted(struct evaluator *e, byte quote)
{
	struct cursor *k = &e->k;
	size_t start = k->pos;
	struct buffer out = {.arena = &e->c->scratch};
	gsty_append_byte(e->c, &out, quote);
	k->pos++;
	while (k->pos < k->end) {
		byte ch = peek(k, 0);
		if (ch == '\\' && k->end - k->pos > 1) {
			gsty_append_byte(e->c, &out, ch);
			gsty_append_byte(e->c, &out, peek(k, 1));
			k->pos++;
		} else if (gsty_at(k, LITERAL("#{"))) {
			append_escaped(e->c, &out, gsty_interpolation(e), quote);
			continue;
		} else {
			gsty_append_byte(e->c, &out, ch);
			if (ch == quote) {
				k->pos++;
				return gsty_taken(&out);
			}
		}
		k->pos++;
	}
	gsty_fail(e->c, e->k.f, start, LITERAL("unclosed string"));
}

/* gsty_url reads the parentheses of an address without quotes as they are. */
void gsty_url(struct evaluator *e, struct buffer *out)
{
	struct cursor *k = &e->k;
	size_t start = k->pos;
	while (k->pos < k->end) {
		byte ch = peek(k, 0);
		if (gsty_at(k, LITERAL("#{"))) {
			gsty_append(e->c, out, gsty_interpolation(e));
			continue;
		}
		if (ch == '\\' && k->end - k->pos > 1) {
			gsty_append_byte(e->c, out, ch);
			k->pos++;
			ch = peek(k, 0);
		} else if (ch == ')') {
			k->pos++;
			gsty_append_byte(e->c, out, ch);
			return;
		}
		gsty_append_byte(e->c, out, ch);
		k->pos++;
	}
	gsty_fail(e->c, e->k.f, start, LITERAL("unclosed url("));
}

/*
 * gsty_verbatim evaluates nothing but interpolations: the value of a custom
 * property may be anything (CSS Custom Properties Level 1, 2).
 */
struct text gsty_verbatim(compiler *c, const struct node *n, struct span s, struct scope *sc)
{
	gsty_spend(c, s.end - s.start);
	struct evaluator e = {{n->file, s.start, s.end}, c, sc};
	struct cursor *k = &e.k;
	struct buffer out = {.arena = &c->scratch};
	byte quote = 0; /* of the string that we are in, IN_URL in an address */
	while (k->pos < k->end) {
		size_t start = k->pos;
		byte ch = peek(k, 0);
		if (ch == '\\' && k->end - k->pos > 1) {
			k->pos++;
		} else if (gsty_at(k, LITERAL("#{"))) {
			gsty_append(c, &out, gsty_interpolation(&e));
			continue;
		} else if (quote == IN_URL) {
			if (ch == ')')
				quote = 0;
		} else if (quote != 0) {
			if (ch == quote)
				quote = 0;
		} else if (ch == '"' || ch == '\'') {
			quote = ch;
		} else if (ch == '(' && gsty_raw_url(k->f->text, k->pos, k->end)) {
			quote = IN_URL;
		} else if (gsty_at(k, LITERAL("/*"))) {
			gsty_skip_comment(c, k);
			k->pos--;
		}
		k->pos++;
		gsty_append(c, &out, slice(k->f->text, start, k->pos));
	}
	gsty_spend(c, out.n);
	return gsty_trimmed(gsty_taken(&out));
}
