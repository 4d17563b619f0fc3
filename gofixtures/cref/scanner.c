/*
 * A scanner of C-like text: the class of a character and the state give the
 * next state and an action, all by tables. Known words are found by hash.
 */
#include "cref.h"

#include <string.h>

enum class { SPACE, LETTER, DIGIT, QUOTE, SLASH, STAR, BACKSLASH, OTHER, CLASSES };

enum state { BETWEEN, WORD, NUMBER, STRING, ESCAPE, SLASHED, COMMENT, STARRED, STATES };

enum action { SKIP, BEGIN, GROW, END_WORD, END_NUMBER, END_STRING, END_COMMENT,
              OPERATOR, ACTIONS };

struct transition {
	uint8_t state, action;
};

static const struct transition transitions[STATES][CLASSES] = {
	/* By class: space, letter, digit, quote, slash, star, backslash, other. */
	[BETWEEN] = {{BETWEEN, SKIP}, {WORD, BEGIN}, {NUMBER, BEGIN},
	             {STRING, BEGIN}, {SLASHED, SKIP}, {BETWEEN, OPERATOR},
	             {BETWEEN, OPERATOR}, {BETWEEN, OPERATOR}},
	[WORD] = {{BETWEEN, END_WORD}, {WORD, GROW}, {WORD, GROW},
	          {STRING, END_WORD}, {SLASHED, END_WORD}, {BETWEEN, END_WORD},
	          {BETWEEN, END_WORD}, {BETWEEN, END_WORD}},
	[NUMBER] = {{BETWEEN, END_NUMBER}, {NUMBER, GROW}, {NUMBER, GROW},
	            {STRING, END_NUMBER}, {SLASHED, END_NUMBER},
	            {BETWEEN, END_NUMBER}, {BETWEEN, END_NUMBER},
	            {BETWEEN, END_NUMBER}},
	[STRING] = {{STRING, GROW}, {STRING, GROW}, {STRING, GROW},
	            {BETWEEN, END_STRING}, {STRING, GROW}, {STRING, GROW},
	            {ESCAPE, GROW}, {STRING, GROW}},
	[ESCAPE] = {{STRING, GROW}, {STRING, GROW}, {STRING, GROW}, {STRING, GROW},
	            {STRING, GROW}, {STRING, GROW}, {STRING, GROW}, {STRING, GROW}},
	[SLASHED] = {{BETWEEN, OPERATOR}, {WORD, BEGIN}, {NUMBER, BEGIN},
	             {STRING, BEGIN}, {SLASHED, OPERATOR}, {COMMENT, BEGIN},
	             {BETWEEN, OPERATOR}, {BETWEEN, OPERATOR}},
	[COMMENT] = {{COMMENT, SKIP}, {COMMENT, SKIP}, {COMMENT, SKIP},
	             {COMMENT, SKIP}, {COMMENT, SKIP}, {STARRED, SKIP},
	             {COMMENT, SKIP}, {COMMENT, SKIP}},
	[STARRED] = {{COMMENT, SKIP}, {COMMENT, SKIP}, {COMMENT, SKIP},
	             {COMMENT, SKIP}, {BETWEEN, END_COMMENT}, {STARRED, SKIP},
	             {COMMENT, SKIP}, {COMMENT, SKIP}},
};

uint32_t scanner_sum;

static uint8_t classes[256];

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

static void skip(char c)
{
	(void)c;
}

static void operator(char c)
{
	scanner_sum = mix(scanner_sum, (unsigned char)c);
}

/* What ends a word or a number may be an operator, or begin a string. */

static void end_word(char c)
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
	begin(c);
}

static void end_number(char c)
{
	uint32_t value = 0;
	for (size_t i = 0; i < token_size; i++) {
		value = value * 10 + (uint32_t)(token[i] - '0');
	}
	scanner_sum = mix(scanner_sum, value);
	begin(c);
}

static void end_string(char c)
{
	(void)c;
	scanner_sum = mix(scanner_sum, hash(token, token_size));
}

static void end_comment(char c)
{
	(void)c;
	scanner_sum = mix(scanner_sum, 1);
}

static void (*const actions[ACTIONS])(char) = {
	[SKIP] = skip, [BEGIN] = begin, [GROW] = grow, [END_WORD] = end_word,
	[END_NUMBER] = end_number, [END_STRING] = end_string,
	[END_COMMENT] = end_comment, [OPERATOR] = operator,
};

void scanner_init(void)
{
	static const struct {
		const char *characters;
		enum class class;
	} kinds[] = {
		{" \t\n\r\f\v", SPACE},
		{"abcdefghijklmnopqrstuvwxyz", LETTER},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZ_", LETTER},
		{"0123456789", DIGIT},
		{"\"", QUOTE},
		{"/", SLASH},
		{"*", STAR},
		{"\\", BACKSLASH},
	};
	memset(classes, OTHER, sizeof classes);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		for (const char *p = kinds[i].characters; *p != '\0'; p++) {
			classes[(unsigned char)*p] = (uint8_t)kinds[i].class;
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
		struct transition t =
			transitions[state][classes[(unsigned char)text[i]]];
		state = t.state;
		actions[t.action](text[i]);
	}
}
