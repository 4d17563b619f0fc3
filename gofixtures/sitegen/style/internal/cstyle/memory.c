/* Arenas, and texts in them. */

#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct chunk {
	struct chunk *older;
	size_t used, size;
	max_align_t data[];
};

/* Tests make it 1, so that a sanitizer knows the end of each thing. */
#ifndef GOPIE_STYLE_CHUNK
#define GOPIE_STYLE_CHUNK (64 * 1024 - 64)
#endif

enum { CHUNK_SIZE = GOPIE_STYLE_CHUNK };

/* reserve returns size bytes, aligned for anything. */
static byte *reserve(compiler *c, struct arena *a, size_t size)
{
	const size_t alignment = sizeof(max_align_t);
	if (size > SIZE_MAX / 4)
		gsty_no_memory(c);
	size = (size + alignment - 1) / alignment * alignment;
	struct chunk *k = a->newest;
	if (k == NULL || size > k->size - k->used) {
		size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
		k = malloc(sizeof *k + room);
		if (k == NULL)
			gsty_no_memory(c);
		k->older = a->newest;
		k->used = 0;
		k->size = room;
		a->newest = k;
	}
	byte *p = (byte *)k->data + k->used;
	k->used += size;
	return p;
}

/* gsty_allocate returns count zeroed things of a size. */
void *gsty_allocate(compiler *c, struct arena *a, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		gsty_no_memory(c);
	byte *p = reserve(c, a, count * size);
	memset(p, 0, count * size);
	return p;
}

void gsty_arena_free(struct arena *a)
{
	while (a->newest != NULL) {
		struct chunk *older = a->newest->older;
		free(a->newest);
		a->newest = older;
	}
}

/* gsty_arena_empty frees all but one ordinary chunk. */
void gsty_arena_empty(struct arena *a)
{
	if (a->newest == NULL)
		return;
	if (a->newest->older != NULL || a->newest->size > CHUNK_SIZE)
		gsty_arena_free(a);
	else
		a->newest->used = 0;
}

/* grow makes room for n bytes more, in place if the buffer is the newest. */
static void grow(compiler *c, struct buffer *b, size_t n)
{
	if (n > SIZE_MAX / 8 || b->n > SIZE_MAX / 8)
		gsty_no_memory(c);
	size_t capacity = 2 * (b->n + n);
	if (capacity < 64)
		capacity = 64;
	struct chunk *k = b->arena->newest;
	if (b->p != NULL && b->p + b->capacity == (byte *)k->data + k->used) {
		size_t start = k->used - b->capacity;
		if (capacity <= k->size - start) {
			k->used = start;
			reserve(c, b->arena, capacity);
			b->capacity = k->used - start;
			return;
		}
	}
	byte *p = reserve(c, b->arena, capacity);
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	b->p = p;
	k = b->arena->newest;
	b->capacity = (size_t)((byte *)k->data + k->used - p);
}

void gsty_append(compiler *c, struct buffer *b, struct text t)
{
	if (t.n == 0)
		return;
	if (t.n > b->capacity - b->n)
		grow(c, b, t.n);
	memcpy(b->p + b->n, t.p, t.n);
	b->n += t.n;
}

void gsty_append_byte(compiler *c, struct buffer *b, byte ch)
{
	if (b->n == b->capacity)
		grow(c, b, 1);
	b->p[b->n++] = ch;
}

void gsty_texts_add(compiler *c, struct texts *list, struct text t)
{
	if (list->n == list->capacity) {
		if (list->capacity > SIZE_MAX / 4)
			gsty_no_memory(c);
		size_t capacity = list->capacity == 0 ? 1 : 2 * list->capacity;
		struct text *at = gsty_allocate(c, list->arena, capacity, sizeof *at);
		if (list->n > 0)
			memcpy(at, list->at, list->n * sizeof *at);
		list->at = at;
		list->capacity = capacity;
	}
	list->at[list->n++] = t;
}

struct text gsty_taken(const struct buffer *b)
{
	return (struct text){b->p, b->n};
}

struct text gsty_copied(compiler *c, struct arena *a, struct text t)
{
	if (t.n == 0)
		return LITERAL("");
	byte *p = reserve(c, a, t.n);
	memcpy(p, t.p, t.n);
	return (struct text){p, t.n};
}

struct text gsty_join3(compiler *c, struct text x, struct text y, struct text z)
{
	if (x.n > SIZE_MAX / 4 || y.n > SIZE_MAX / 4 || z.n > SIZE_MAX / 4)
		gsty_no_memory(c);
	size_t n = x.n + y.n + z.n;
	struct buffer b = {&c->scratch, reserve(c, &c->scratch, n), 0, n};
	gsty_append(c, &b, x);
	gsty_append(c, &b, y);
	gsty_append(c, &b, z);
	return gsty_taken(&b);
}

bool gsty_same(struct text a, struct text b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool gsty_starts_with(struct text t, struct text prefix)
{
	return t.n >= prefix.n && gsty_same(slice(t, 0, prefix.n), prefix);
}

bool gsty_ends_with(struct text t, struct text suffix)
{
	return t.n >= suffix.n && gsty_same(slice(t, t.n - suffix.n, t.n), suffix);
}

bool gsty_has_byte(struct text t, byte ch)
{
	return t.n > 0 && memchr(t.p, ch, t.n) != NULL;
}

bool gsty_is_one_of(struct text t, const struct text *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (gsty_same(t, words[i]))
			return true;
	}
	return false;
}

/* gsty_trimmed is without white space at the ends. */
struct text gsty_trimmed(struct text t)
{
	size_t start = 0, end = t.n;
	while (start < end && is_space(t.p[start]))
		start++;
	while (end > start && is_space(t.p[end - 1]))
		end--;
	return slice(t, start, end);
}

/* gsty_lowered is t in lower case, of ASCII letters alone. */
struct text gsty_lowered(compiler *c, struct text t)
{
	struct buffer b = {.arena = &c->scratch};
	for (size_t i = 0; i < t.n; i++)
		gsty_append_byte(c, &b, lower(t.p[i]));
	return gsty_taken(&b);
}
