/*
 * The machine's assembler. A line is an optional label with a colon, a mnemonic
 * and its operands, all between spaces. It reads programs.c and nothing from
 * outside, and checks what it reads nevertheless.
 */
#include "cref.h"

#include <stdio.h>
#include <string.h>

struct vm_instruction vm_code[VM_MOST_CODE];

static const struct {
	const char *mnemonic;
	const char *operands;
} operations[] = {
#define VM_ROW(name, mnemonic, operands, action) {mnemonic, operands},
	VM_OPS(VM_ROW)
#undef VM_ROW
};

struct token {
	const char *text;
	size_t size;
};

/* next_token takes one off the line; its size is 0 at the end. */
static struct token next_token(const char **line)
{
	*line += strspn(*line, " ");
	struct token t = {*line, strcspn(*line, " ")};
	*line += t.size;
	return t;
}

static int is(struct token t, const char *text)
{
	return strlen(text) == t.size && memcmp(t.text, text, t.size) == 0;
}

static int is_label(struct token t)
{
	return t.size > 0 && t.text[t.size - 1] == ':';
}

/* number takes up to ten decimal digits, modulo 2^32. */
static int number(struct token t, uint32_t *value)
{
	*value = 0;
	for (size_t n = 0; n < t.size; n++) {
		if (t.text[n] < '0' || t.text[n] > '9') {
			return 0;
		}
		*value = *value * 10 + (uint32_t)(t.text[n] - '0');
	}
	return t.size > 0 && t.size < 11;
}

static int register_of(struct token t, uint8_t *r)
{
	struct token digits = {t.text + 1, t.size - 1};
	uint32_t n;
	if (t.size < 2 || t.text[0] != 'r' || !number(digits, &n) ||
	    n >= VM_REGISTERS) {
		return 0;
	}
	*r = (uint8_t)n;
	return 1;
}

/* label_at is the number of the line that has the label. */
static int label_at(const char *const lines[], struct token name, uint32_t *at)
{
	for (uint32_t n = 0; lines[n] != NULL; n++) {
		const char *line = lines[n];
		struct token t = next_token(&line);
		if (is_label(t) && t.size == name.size + 1 &&
		    memcmp(t.text, name.text, name.size) == 0) {
			*at = n;
			return 1;
		}
	}
	return 0;
}

static int assemble_line(const char *const lines[], const char *line,
                         struct vm_instruction *i)
{
	struct token t = next_token(&line);
	if (is_label(t)) {
		t = next_token(&line);
	}
	for (unsigned op = 0; op < VM_OP_COUNT; op++) {
		if (!is(t, operations[op].mnemonic)) {
			continue;
		}
		*i = (struct vm_instruction){.op = (uint8_t)op};
		unsigned r = 0;
		for (const char *kind = operations[op].operands; *kind; kind++) {
			t = next_token(&line);
			int ok = *kind == 'r'   ? register_of(t, &i->r[r++])
			         : *kind == 'i' ? number(t, &i->i)
			                        : label_at(lines, t, &i->i);
			if (!ok) {
				return 0;
			}
		}
		return next_token(&line).size == 0;
	}
	return 0;
}

int vm_assemble(const char *const lines[])
{
	uint32_t n = 0;
	for (; lines[n] != NULL; n++) {
		if (n == VM_MOST_CODE || !assemble_line(lines, lines[n], &vm_code[n])) {
			fprintf(stderr, "cref: not an instruction: %s\n", lines[n]);
			return 0;
		}
	}
	if (n == 0 || vm_code[n - 1].op != VM_halt) {
		fprintf(stderr, "cref: a program does not end with halt\n");
		return 0;
	}
	return 1;
}
