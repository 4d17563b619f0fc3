/* Scopes: the variables and mixins of blocks. */

#include "internal.h"

/*
 * A tree of names that branches where they differ (a crit-bit tree): linear in
 * the length of a name, whatever the names are. No name has a NUL, so none is a
 * prefix of another.
 */
struct branch {
	size_t byte;
	byte mask; /* 0 for a leaf */
	struct branch *child[2];
	struct binding binding;
};

static byte byte_at(struct text t, size_t i)
{
	return i < t.n ? t.p[i] : 0;
}

/* nearest returns the leaf that name is, if it is one of the tree. */
static struct branch *nearest(struct branch *b, struct text name)
{
	while (b->mask != 0)
		b = b->child[(byte_at(name, b->byte) & b->mask) != 0];
	return b;
}

/* gsty_own returns the binding of the scope itself. */
struct binding *gsty_own(struct scope *s, struct text name)
{
	if (s->names == NULL)
		return NULL;
	struct branch *b = nearest(s->names, name);
	return gsty_same(b->binding.name, name) ? &b->binding : NULL;
}

/* gsty_find returns the innermost binding and sets the scope that has it. */
struct binding *gsty_find(struct scope *s, struct text name, struct scope **where)
{
	for (; s != NULL; s = s->outer) {
		struct binding *b = gsty_own(s, name);
		if (b != NULL) {
			*where = s;
			return b;
		}
	}
	*where = NULL;
	return NULL;
}

/* gsty_set binds a name; it must last. */
void gsty_set(compiler *c, struct scope *s, struct binding new)
{
	gsty_spend(c, BINDING_COST);
	struct binding *old = gsty_own(s, new.name);
	if (old != NULL) {
		*old = new;
		return;
	}
	struct branch *leaf = gsty_allocate(c, &c->keep, 1, sizeof *leaf);
	leaf->binding = new;
	if (s->names == NULL) {
		s->names = leaf;
		return;
	}
	struct text other = nearest(s->names, new.name)->binding.name;
	struct branch *fork = gsty_allocate(c, &c->keep, 1, sizeof *fork);
	while (byte_at(other, fork->byte) == byte_at(new.name, fork->byte))
		fork->byte++;
	byte differ = byte_at(other, fork->byte) ^ byte_at(new.name, fork->byte);
	fork->mask = 0x80;
	while ((differ & fork->mask) == 0)
		fork->mask >>= 1;
	struct branch **link = &s->names;
	while ((*link)->mask != 0 && ((*link)->byte < fork->byte ||
		((*link)->byte == fork->byte && (*link)->mask > fork->mask)))
		link = &(*link)->child[(byte_at(new.name, (*link)->byte) & (*link)->mask) != 0];
	bool one = (byte_at(new.name, fork->byte) & fork->mask) != 0;
	fork->child[one] = leaf;
	fork->child[!one] = *link;
	*link = fork;
}

struct scope *gsty_new_scope(compiler *c, struct scope *outer)
{
	struct scope *s = gsty_allocate(c, &c->keep, 1, sizeof *s);
	s->outer = outer;
	return s;
}
