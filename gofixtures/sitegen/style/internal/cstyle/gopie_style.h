/*
 * gopie_style: a compiler of style sheets, a subset of SCSS, to CSS.
 *
 * A program gives it the text of files; it never opens one. What a file
 * imports it asks for:
 *
 *	gopie_style *s = gopie_style_new(false);
 *	size_t file;
 *	status = gopie_style_add(s, name, name_length, text, length, &file);
 *	while (status == GOPIE_STYLE_OK && gopie_style_next_import(s, &import)) {
 *		... find what import names ...
 *		status = gopie_style_add(s, ..., &file);
 *		if (status == GOPIE_STYLE_OK)
 *			gopie_style_resolve(s, file);
 *	}
 *	if (status == GOPIE_STYLE_OK)
 *		status = gopie_style_render(s, &css, &css_length);
 *	... use css, or gopie_style_get_error(s) ...
 *	gopie_style_free(s);
 *
 * The language is described in the documentation of the Go package style.
 *
 * C11 and its memory and string functions are all that it uses. It has no
 * global state: handles may be used from any thread, each from one at a time.
 * Its stack is bounded, 160 kB are enough, whatever the input is; so is its
 * memory, by a multiple of the limits in internal.h.
 */
#ifndef GOPIE_STYLE_H
#define GOPIE_STYLE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct gopie_style gopie_style;

typedef enum {
	GOPIE_STYLE_OK,
	GOPIE_STYLE_ERROR, /* a mistake in a style sheet: gopie_style_get_error */
	GOPIE_STYLE_NO_MEMORY
} gopie_style_status;

/* Where in which file; strings belong to the handle and end in no NUL. */
typedef struct {
	const char *file;
	size_t file_length;
	size_t line, column; /* from 1; columns count bytes */
	const char *text;    /* of an error its message, of an import its name */
	size_t text_length;
} gopie_style_note;

/* Returns a handle without files, or NULL for want of memory. */
gopie_style *gopie_style_new(bool minify);

/* Frees the handle and all that belongs to it. s may be NULL. */
void gopie_style_free(gopie_style *s);

/*
 * Parses a file and sets its number, counted from 0. Name and text are copied.
 * After any status but GOPIE_STYLE_OK, here or from gopie_style_render, only
 * gopie_style_get_error and gopie_style_free may be called.
 */
gopie_style_status gopie_style_add(gopie_style *s, const char *name, size_t name_length,
	const char *text, size_t length, size_t *file);

/*
 * Sets the first import that has no file yet, and says whether there is one.
 * Line and column are 1: to count them takes as long as the file is, and
 * is for errors.
 */
bool gopie_style_next_import(const gopie_style *s, gopie_style_note *import);

/* The same import with line and column. There must be one. */
gopie_style_note gopie_style_get_import(const gopie_style *s);

/* Gives that import the file of this number. */
void gopie_style_resolve(gopie_style *s, size_t file);

/*
 * Evaluates file 0, once, when every import is resolved. The CSS belongs to
 * the handle.
 */
gopie_style_status gopie_style_render(gopie_style *s, const char **css, size_t *length);

/* After GOPIE_STYLE_ERROR, what is wrong. */
gopie_style_note gopie_style_get_error(const gopie_style *s);

#endif
