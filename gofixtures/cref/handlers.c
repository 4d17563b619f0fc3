/* What the scanner's words do when they are seen. */
#include "cref.h"

#include <string.h>

uint32_t words_seen[5];
uint32_t words_sum;

void seen_keyword(const struct word *word)
{
	words_seen[0]++;
	words_sum = mix(words_sum, (uint32_t)(word - words));
}

void seen_input_output(const struct word *word)
{
	words_seen[1]++;
	words_sum = mix(words_sum, (uint32_t)strlen(word->text));
}

void seen_string(const struct word *word)
{
	words_seen[2]++;
	words_sum = mix(words_sum, words_seen[2] + (unsigned char)word->text[0]);
}

void seen_process(const struct word *word)
{
	words_seen[3]++;
	words_sum = mix(words_sum, (uint32_t)(word_count - (size_t)(word - words)));
}

void seen_arithmetic(const struct word *word)
{
	words_seen[4]++;
	words_sum = mix(words_sum, words_seen[0] ^ (unsigned char)word->text[1]);
}
