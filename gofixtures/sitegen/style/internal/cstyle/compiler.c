/* The public functions, failures and limits. */

#include <stdlib.h>

#include "internal.h"

gopie_style *gopie_style_new(bool minify)
{
	compiler *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	c->minify = minify;
	c->last_import = &c->imports;
	return c;
}

void gopie_style_free(gopie_style *c)
{
	if (c == NULL)
		return;
	gsty_arena_free(&c->keep);
	gsty_arena_free(&c->scratch);
	free(c->files);
	free(c->css);
	free(c);
}

/* check refuses what is not text (Unicode Standard, table 3-7). */
static void check(compiler *c, const struct file *f)
{
	const byte *p = f->text.p;
	size_t n = f->text.n;
	for (size_t i = 0; i < n;) {
		if (p[i] == 0)
			gsty_fail(c, f, i, LITERAL("NUL byte"));
		if (p[i] < 0x80) {
			i++;
			continue;
		}
		size_t more = 0;
		byte low = 0x80, high = 0xBF; /* of the second byte */
		if (p[i] >= 0xC2 && p[i] <= 0xDF) {
			more = 1;
		} else if (p[i] >= 0xE0 && p[i] <= 0xEF) {
			more = 2;
			if (p[i] == 0xE0)
				low = 0xA0;
			if (p[i] == 0xED)
				high = 0x9F;
		} else if (p[i] >= 0xF0 && p[i] <= 0xF4) {
			more = 3;
			if (p[i] == 0xF0)
				low = 0x90;
			if (p[i] == 0xF4)
				high = 0x8F;
		}
		if (more == 0 || more >= n - i || p[i + 1] < low || p[i + 1] > high)
			gsty_fail(c, f, i, LITERAL("invalid UTF-8"));
		for (size_t j = 2; j <= more; j++) {
			if ((p[i + j] & 0xC0) != 0x80)
				gsty_fail(c, f, i, LITERAL("invalid UTF-8"));
		}
		i += more + 1;
	}
}

/* add_file appends f to the files. */
static void add_file(compiler *c, struct file *f)
{
	if (c->file_count == c->file_capacity) {
		size_t capacity = 2 * c->file_capacity + 8;
		if (capacity > SIZE_MAX / sizeof *c->files)
			gsty_no_memory(c);
		struct file **files = realloc(c->files, capacity * sizeof *files);
		if (files == NULL)
			gsty_no_memory(c);
		c->files = files;
		c->file_capacity = capacity;
	}
	c->files[c->file_count++] = f;
}

gopie_style_status gopie_style_add(gopie_style *c, const char *name, size_t name_length,
	const char *text, size_t length, size_t *number)
{
	jmp_buf failure;
	c->failure = &failure;
	int status = setjmp(failure);
	if (status != 0)
		return (gopie_style_status)status;
	struct file *f = gsty_allocate(c, &c->keep, 1, sizeof *f);
	f->name = gsty_copied(c, &c->keep, (struct text){(const byte *)name, name_length});
	f->text = gsty_copied(c, &c->keep, (struct text){(const byte *)text, length});
	check(c, f);
	const struct text mark = LITERAL("\xEF\xBB\xBF"); /* byte order mark */
	f->body = gsty_parse(c, f, gsty_starts_with(f->text, mark) ? mark.n : 0);
	add_file(c, f);
	*number = c->file_count - 1;
	gsty_arena_empty(&c->scratch);
	return GOPIE_STYLE_OK;
}

/* locate counts lines as CSS does (CSS Syntax Level 3, 3.3). */
static gopie_style_note locate(const struct file *f, size_t pos, struct text t)
{
	size_t line = 1, start = 0;
	for (size_t i = 0; i < pos; i++) {
		byte ch = f->text.p[i];
		if (ch == '\n' || ch == '\f' ||
			(ch == '\r' && (i + 1 == f->text.n || f->text.p[i + 1] != '\n'))) {
			line++;
			start = i + 1;
		}
	}
	return (gopie_style_note){
		.file = (const char *)f->name.p, .file_length = f->name.n,
		.line = line, .column = pos - start + 1,
		.text = (const char *)t.p, .text_length = t.n,
	};
}

bool gopie_style_next_import(const gopie_style *c, gopie_style_note *import)
{
	const struct node *n = c->imports;
	if (n == NULL)
		return false;
	*import = locate(n->file, 0, n->name);
	return true;
}

gopie_style_note gopie_style_get_import(const gopie_style *c)
{
	return locate(c->imports->file, c->imports->pos, c->imports->name);
}

void gopie_style_resolve(gopie_style *c, size_t number)
{
	c->imports->target = number;
	c->imports = c->imports->next_import;
	if (c->imports == NULL)
		c->last_import = &c->imports;
}

gopie_style_status gopie_style_render(gopie_style *c, const char **css, size_t *length)
{
	jmp_buf failure;
	c->failure = &failure;
	int status = setjmp(failure);
	if (status != 0)
		return (gopie_style_status)status;
	gsty_render(c, c->files[0]);
	gsty_finish(c);
	*css = (const char *)c->css;
	*length = c->css_length;
	return GOPIE_STYLE_OK;
}

gopie_style_note gopie_style_get_error(const gopie_style *c)
{
	return c->error;
}

/* gsty_fail ends the compilation. The message need not last. */
void gsty_fail(compiler *c, const struct file *f, size_t pos, struct text message)
{
	c->error = locate(f, pos, gsty_copied(c, &c->keep, message));
	longjmp(*c->failure, GOPIE_STYLE_ERROR);
}

void gsty_no_memory(compiler *c)
{
	longjmp(*c->failure, GOPIE_STYLE_NO_MEMORY);
}

/*
 * gsty_spend bounds time and memory: every text that is read or built costs its
 * length, and what takes memory without a text costs as much.
 */
void gsty_spend(compiler *c, size_t n)
{
	if (n > MAX_WORK - c->work)
		gsty_fail(c, c->current->file, c->current->pos,
			LITERAL("too much work: the style sheets grow without bounds"));
	c->work += n;
}

/* gsty_clip shortens what is quoted in an error. */
struct text gsty_clip(compiler *c, struct text t)
{
	size_t n = 40;
	if (t.n <= n)
		return t;
	while (n > 0 && (t.p[n] & 0xC0) == 0x80)
		n--;
	return gsty_join3(c, slice(t, 0, n), LITERAL("..."), LITERAL(""));
}
