/* Writing the CSS. */

#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void put(compiler *c, struct text t)
{
	if (t.n > c->css_capacity - c->css_length) {
		size_t capacity = 2 * (c->css_length + t.n);
		byte *css = realloc(c->css, capacity);
		if (css == NULL)
			gsty_no_memory(c);
		c->css = css;
		c->css_capacity = capacity;
	}
	if (t.n > 0)
		memcpy(c->css + c->css_length, t.p, t.n);
	c->css_length += t.n;
}

void gsty_write_text(compiler *c, struct text t)
{
	if (t.n > MAX_OUTPUT - c->css_length)
		gsty_fail(c, c->current->file, c->current->pos, LITERAL("the output grows too large"));
	for (size_t i = 0; i < t.n && !c->non_ascii; i++)
		c->non_ascii = t.p[i] >= 0x80;
	put(c, t);
}

/* begin_line writes what comes before a line within what is open. */
static void begin_line(compiler *c)
{
	if (c->minify) {
		if (c->semicolon)
			gsty_write_text(c, LITERAL(";"));
		c->semicolon = false;
		return;
	}
	size_t depth = c->open.wrapper != NULL ? c->open.wrapper->depth : 0;
	if (c->open.rule != NULL)
		depth++;
	for (; depth > 0; depth--)
		gsty_write_text(c, LITERAL("  "));
}

static void end_line(compiler *c)
{
	if (!c->minify)
		gsty_write_text(c, LITERAL("\n"));
}

/* gsty_write_line writes a line, or what does for one. */
void gsty_write_line(compiler *c, struct text t)
{
	begin_line(c);
	gsty_write_text(c, t);
	end_line(c);
}

static void write_selectors(compiler *c, const struct texts *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (!c->minify) {
			if (i > 0)
				gsty_write_text(c, LITERAL(", "));
			gsty_write_text(c, list->at[i]);
			continue;
		}
		struct buffer out = {.arena = &c->scratch};
		if (i > 0)
			gsty_append_byte(c, &out, ',');
		gsty_minify_selector(c, &out, list->at[i]);
		gsty_write_text(c, gsty_taken(&out));
	}
}

static void open_block(compiler *c)
{
	gsty_write_text(c, c->minify ? LITERAL("{") : LITERAL(" {"));
	end_line(c);
}

static void close_block(compiler *c)
{
	c->semicolon = false;
	gsty_write_line(c, LITERAL("}"));
}

/* gsty_go_to closes and opens what it must for the next line to stand in p. */
void gsty_go_to(compiler *c, struct place p)
{
	if (p.rule == c->open.rule && p.wrapper == c->open.wrapper)
		return;
	if (c->open.rule != NULL) {
		c->open.rule = NULL;
		close_block(c);
	}
	size_t depth = p.wrapper != NULL ? p.wrapper->depth : 0;
	struct wrapper *path[MAX_NESTING + 2] = {NULL}; /* by depth, which evaluation limits */
	for (struct wrapper *w = p.wrapper; w != NULL; w = w->outer)
		path[w->depth] = w;
	while (c->open.wrapper != NULL &&
		(c->open.wrapper->depth > depth || path[c->open.wrapper->depth] != c->open.wrapper)) {
		c->open.wrapper = c->open.wrapper->outer;
		close_block(c);
	}
	size_t opened = c->open.wrapper != NULL ? c->open.wrapper->depth : 0;
	for (size_t i = opened + 1; i <= depth; i++) {
		begin_line(c);
		gsty_write_text(c, path[i]->head);
		open_block(c);
		c->open.wrapper = path[i];
	}
	if (p.rule != NULL) {
		begin_line(c);
		write_selectors(c, &p.rule->selectors);
		open_block(c);
		c->open.rule = p.rule;
	}
}

/* gsty_write_declaration writes one into what is open. */
void gsty_write_declaration(compiler *c, struct text property, struct text value)
{
	begin_line(c);
	gsty_write_text(c, property);
	gsty_write_text(c, c->minify ? LITERAL(":") : LITERAL(": "));
	gsty_write_text(c, value);
	if (c->minify)
		c->semicolon = true;
	else
		gsty_write_text(c, LITERAL(";\n"));
}

/*
 * gsty_finish ends the output. CSS that is not ASCII says that it is UTF-8 (CSS
 * Syntax Level 3, 3.2).
 */
void gsty_finish(compiler *c)
{
	if (!c->non_ascii)
		return;
	struct text charset = c->minify ? LITERAL("@charset \"UTF-8\";") : LITERAL("@charset \"UTF-8\";\n");
	size_t length = c->css_length;
	put(c, charset);
	memmove(c->css + charset.n, c->css, length);
	memcpy(c->css, charset.p, charset.n);
}
