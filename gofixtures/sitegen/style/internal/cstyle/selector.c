/* Selectors, and lists with commas in general. */

#include "internal.h"

/* from_word is a part of t without the spaces before it. */
static struct text from_word(struct text t, size_t start, size_t end)
{
	while (start < end && t.p[start] == ' ')
		start++;
	return slice(t, start, end);
}

/* gsty_split cuts t at its commas that are not within brackets or strings. */
struct texts gsty_split(compiler *c, struct text t)
{
	struct texts parts = {.arena = &c->scratch};
	size_t start = 0;
	ptrdiff_t depth = 0;
	for (size_t i = 0; i < t.n; i++) {
		switch (t.p[i]) {
		case '\\':
			i++;
			break;
		case '"':
		case '\'':
			i = gsty_string_end(t, i) - 1;
			break;
		case '(':
		case '[':
			depth++;
			break;
		case ')':
		case ']':
			depth--;
			break;
		case ',':
			if (depth == 0) {
				gsty_texts_add(c, &parts, from_word(t, start, i));
				start = i + 1;
			}
			break;
		default:
			break;
		}
	}
	gsty_texts_add(c, &parts, from_word(t, start, t.n));
	return parts;
}

/*
 * replace_parent appends s with parent for each & that is not in a string or
 * escaped, and says whether there was one.
 */
static bool replace_parent(compiler *c, struct buffer *out, struct text s, struct text parent)
{
	bool found = false;
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '&':
			found = true;
			gsty_append(c, out, parent);
			continue;
		case '\\':
			if (i + 1 < s.n) {
				gsty_append_byte(c, out, '\\');
				i++;
			}
			break;
		case '"':
		case '\'': {
			size_t end = gsty_string_end(s, i);
			gsty_append(c, out, slice(s, i, end - 1));
			i = end - 1;
			break;
		}
		default:
			break;
		}
		gsty_append_byte(c, out, s.p[i]);
	}
	return found;
}

/*
 * gsty_selectors combines those of a rule with those of the rule around it, the
 * outer ones varying slowest (Sass documentation, "Style Rules", "Selector
 * Lists"). The result lasts.
 */
struct texts gsty_selectors(compiler *c, const struct node *n, struct text t, struct place around)
{
	struct texts inner = gsty_split(c, t), all = {.arena = &c->keep};
	for (size_t i = 0; i < inner.n; i++) {
		if (inner.at[i].n == 0)
			gsty_fail(c, n->file, n->pos, LITERAL("empty selector"));
	}
	if (around.rule == NULL) {
		for (size_t i = 0; i < inner.n; i++) {
			struct buffer full = {.arena = &c->scratch};
			if (replace_parent(c, &full, inner.at[i], LITERAL("&")) && !around.opaque)
				gsty_fail(c, n->file, n->pos, LITERAL("& without a rule around it"));
			gsty_texts_add(c, &all, gsty_copied(c, &c->keep, inner.at[i]));
		}
		return all;
	}
	const struct texts *outer = &around.rule->selectors;
	struct buffer full = {.arena = &c->scratch};
	for (size_t i = 0; i < outer->n; i++) {
		for (size_t j = 0; j < inner.n; j++) {
			full.n = 0;
			if (!replace_parent(c, &full, inner.at[j], outer->at[i])) {
				full.n = 0;
				gsty_append(c, &full, outer->at[i]);
				gsty_append_byte(c, &full, ' ');
				gsty_append(c, &full, inner.at[j]);
			}
			gsty_spend(c, full.n + SELECTOR_COST);
			gsty_texts_add(c, &all, gsty_copied(c, &c->keep, gsty_taken(&full)));
		}
	}
	return all;
}
