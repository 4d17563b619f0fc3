/*
 * Runs the library by itself, so that a sanitizer or valgrind sees nothing but
 * it. Reads cases from stdin, each "MINIFY FAIL MAIN PART\n" and as many bytes
 * as MAIN and PART say: a style sheet, and what it may import as "part". Writes
 * for each a line, "css LENGTH", "error LINE COLUMN LENGTH" or "memory 0", and
 * the text. If FAIL is not 0, the allocation of that number fails.
 *
 * To be linked with --wrap for malloc, calloc and realloc.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../gopie_style.h"

static size_t allocations, failing;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);

static bool fails(void)
{
	allocations++;
	return failing != 0 && allocations == failing;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

/* take reads n bytes into memory of just that size, to notice reads beyond. */
static char *take(size_t n)
{
	char *p = __real_malloc(n > 0 ? n : 1);
	if (p == NULL || fread(p, 1, n, stdin) != n)
		exit(3);
	return p;
}

static void compile(bool minify, const char *main_text, size_t main_length, const char *part, size_t part_length)
{
	gopie_style *s = gopie_style_new(minify);
	if (s == NULL) {
		printf("memory 0\n");
		return;
	}
	size_t file, part_file = 0, length = 0;
	const char *css = NULL;
	gopie_style_note note;
	gopie_style_status status = gopie_style_add(s, "main.scss", 9, main_text, main_length, &file);
	while (status == GOPIE_STYLE_OK && gopie_style_next_import(s, &note)) {
		if (part_file == 0)
			status = gopie_style_add(s, "_part.scss", 10, part, part_length, &part_file);
		if (status == GOPIE_STYLE_OK)
			gopie_style_resolve(s, part_file);
	}
	if (status == GOPIE_STYLE_OK)
		status = gopie_style_render(s, &css, &length);
	switch (status) {
	case GOPIE_STYLE_OK:
		printf("css %zu\n", length);
		break;
	case GOPIE_STYLE_ERROR:
		note = gopie_style_get_error(s);
		css = note.text;
		length = note.text_length;
		printf("error %zu %zu %zu\n", note.line, note.column, length);
		break;
	case GOPIE_STYLE_NO_MEMORY:
		printf("memory 0\n");
		break;
	}
	if (length > 0)
		fwrite(css, 1, length, stdout);
	gopie_style_free(s);
}

int main(void)
{
	int minify;
	size_t fail, main_length, part_length;
	while (scanf("%d %zu %zu %zu", &minify, &fail, &main_length, &part_length) == 4) {
		getchar();
		char *main_text = take(main_length), *part = take(part_length);
		allocations = 0;
		failing = fail;
		compile(minify != 0, main_text, main_length, part, part_length);
		failing = 0;
		free(main_text);
		free(part);
	}
	return 0;
}
