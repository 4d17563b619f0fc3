/*
 * A scanner of C-like text: the kind of a character and the state give the
 * next state and what to do, all by tables. Known words are found by hash.
 */
#include "cref.h"

#include <string.h>

enum kind { SPACE, LETTER, DIGIT, QUOTE, SLASH, STAR, BACKSLASH, OTHER, KINDS };

enum state { BETWEEN, WORD, NUMBER, STRING, ESCAPE, SLASHED, COMMENT, STARRED, STATES };

/* What a character ends, and then what is done with the character itself. */
enum end { NOTHING, END_WORD, END_NUMBER, END_STRING, END_SLASH, END_COMMENT, ENDS };
enum act { SKIP, BEGIN, GROW, PUNCTUATE, ACTS };

struct transition {
	uint8_t state, end, act;
};

#define T(state, end, act) {state, end, act}
#define ALL(t) t, t, t, t, t, t, t, t

/* ROW is one in which all begins anew but for three kinds of characters. */
#define ROW(end, letter, digit, star)                                     \
	T(BETWEEN, end, SKIP), letter, digit, T(STRING, end, BEGIN),          \
		T(SLASHED, end, SKIP), star, T(BETWEEN, end, PUNCTUATE),          \
		T(BETWEEN, end, PUNCTUATE)

static const struct transition transitions[STATES][KINDS] = {
	[BETWEEN] = {ROW(NOTHING, T(WORD, NOTHING, BEGIN), T(NUMBER, NOTHING, BEGIN),
	                 T(BETWEEN, NOTHING, PUNCTUATE))},
	[WORD] = {ROW(END_WORD, T(WORD, NOTHING, GROW), T(WORD, NOTHING, GROW),
	              T(BETWEEN, END_WORD, PUNCTUATE))},
	[NUMBER] = {ROW(END_NUMBER, T(NUMBER, NOTHING, GROW),
	                T(NUMBER, NOTHING, GROW), T(BETWEEN, END_NUMBER, PUNCTUATE))},
	[SLASHED] = {ROW(END_SLASH, T(WORD, END_SLASH, BEGIN),
	                 T(NUMBER, END_SLASH, BEGIN), T(COMMENT, NOTHING, SKIP))},
	/* By kind: space, letter, digit, quote, slash, star, backslash, other. */
	[STRING] = {T(STRING, NOTHING, GROW), T(STRING, NOTHING, GROW),
	            T(STRING, NOTHING, GROW), T(BETWEEN, END_STRING, SKIP),
	            T(STRING, NOTHING, GROW), T(STRING, NOTHING, GROW),
	            T(ESCAPE, NOTHING, GROW), T(STRING, NOTHING, GROW)},
	[ESCAPE] = {ALL(T(STRING, NOTHING, GROW))},
	[COMMENT] = {T(COMMENT, NOTHING, SKIP), T(COMMENT, NOTHING, SKIP),
	             T(COMMENT, NOTHING, SKIP), T(COMMENT, NOTHING, SKIP),
	             T(COMMENT, NOTHING, SKIP), T(STARRED, NOTHING, SKIP),
	             T(COMMENT, NOTHING, SKIP), T(COMMENT, NOTHING, SKIP)},
	[STARRED] = {T(COMMENT, NOTHING, SKIP), T(COMMENT, NOTHING, SKIP),
	             T(COMMENT, NOTHING, SKIP), T(COMMENT, NOTHING, SKIP),
	             T(BETWEEN, END_COMMENT, SKIP), T(STARRED, NOTHING, SKIP),
	             T(COMMENT, NOTHING, SKIP), T(COMMENT, NOTHING, SKIP)},
};

uint32_t scanner_sum;

static uint8_t kinds[256];

enum { HASH_SIZE = 1024 };
static const struct word *known[HASH_SIZE];

enum { LONGEST_TOKEN = 64 };
static char token[LONGEST_TOKEN]; /* the rest of a longer one is left out */
static size_t token_size;

static uint32_t hash(const char *text, size_t size)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < size; i++) {
		h = (h ^ (unsigned char)text[i]) * 16777619u;
	}
	return (h ^ h >> 16) % HASH_SIZE;
}

static void skip(char c)
{
	(void)c;
}

static void begin(char c)
{
	token[0] = c;
	token_size = 1;
}

static void grow(char c)
{
	if (token_size < LONGEST_TOKEN) {
		token[token_size++] = c;
	}
}

static void punctuate(char c)
{
	scanner_sum = mix(scanner_sum, (unsigned char)c);
}

static void nothing(void)
{
}

static void end_word(void)
{
	for (uint32_t h = hash(token, token_size); known[h] != NULL;
	     h = (h + 1) % HASH_SIZE) {
		const struct word *word = known[h];
		if (strlen(word->text) == token_size &&
		    memcmp(word->text, token, token_size) == 0) {
			word->seen(word);
			break;
		}
	}
	scanner_sum = mix(scanner_sum, (uint32_t)token_size);
}

static void end_number(void)
{
	uint32_t value = 0;
	for (size_t i = 0; i < token_size; i++) {
		value = value * 16 + (unsigned char)token[i];
	}
	scanner_sum = mix(scanner_sum, value);
}

static void end_string(void)
{
	scanner_sum = mix(scanner_sum, hash(token, token_size));
}

static void end_slash(void)
{
	punctuate('/');
}

static void end_comment(void)
{
	punctuate('*');
}

static void (*const ends[ENDS])(void) = {
	[NOTHING] = nothing,       [END_WORD] = end_word,
	[END_NUMBER] = end_number, [END_STRING] = end_string,
	[END_SLASH] = end_slash,   [END_COMMENT] = end_comment,
};

static void (*const acts[ACTS])(char) = {
	[SKIP] = skip, [BEGIN] = begin, [GROW] = grow, [PUNCTUATE] = punctuate,
};

static uint8_t step(uint8_t state, char c)
{
	struct transition t = transitions[state][kinds[(unsigned char)c]];
	ends[t.end]();
	acts[t.act](c);
	return t.state;
}

void scanner_init(void)
{
	static const struct {
		const char *characters;
		enum kind kind;
	} members[] = {
		{" \t\n\r\f\v", SPACE},
		{"abcdefghijklmnopqrstuvwxyz", LETTER},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZ_", LETTER},
		{"0123456789", DIGIT},
		{"\"", QUOTE},
		{"/", SLASH},
		{"*", STAR},
		{"\\", BACKSLASH},
	};
	memset(kinds, OTHER, sizeof kinds);
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		for (const char *p = members[i].characters; *p != '\0'; p++) {
			kinds[(unsigned char)*p] = (uint8_t)members[i].kind;
		}
	}
	memset(known, 0, sizeof known);
	for (size_t i = 0; i < word_count; i++) {
		uint32_t h = hash(words[i].text, strlen(words[i].text));
		while (known[h] != NULL) {
			h = (h + 1) % HASH_SIZE;
		}
		known[h] = &words[i];
	}
}

void scan(const char *text, size_t size)
{
	uint8_t state = BETWEEN;
	for (size_t i = 0; i < size; i++) {
		state = step(state, text[i]);
	}
	step(state, '\n'); /* the end ends a word as a space does */
}
