// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/export/text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/utf8.h"

/* Sequences of valid UTF-8 that readers obey: the first bytes, and the range of the last one. */
static const struct {
	const char *first;
	unsigned char low, high;
} harmful[] = {
	{"\xc2", 0x80, 0x9f},	  /* C1: U+0080..U+009F, with U+0085 that ends a line in some readers */
	{"\xe2\x80", 0xa8, 0xae}, /* U+2028, U+2029: lines; U+202A..U+202E: direction */
	{"\xe2\x81", 0xa6, 0xa9}, /* U+2066..U+2069: direction */
	{"\xef\xbf", 0xbe, 0xbf}, /* U+FFFE, U+FFFF: XML has no such characters */
};

static size_t harmful_length(const char *text, size_t left)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmful); i++) {
		size_t n = strlen(harmful[i].first);
		unsigned char last;

		if (left <= n || memcmp(text, harmful[i].first, n) != 0)
			continue;
		last = (unsigned char)text[n];
		if (last >= harmful[i].low && last <= harmful[i].high)
			return n + 1;
	}
	return 0;
}

/* Cuts at a character's beginning, so that what is left is valid. */
static void cut(char *text, size_t length, size_t max)
{
	static const char mark[] = "...";
	size_t end = max >= sizeof(mark) ? max - (sizeof(mark) - 1) : 0;

	if (length <= max)
		return;
	while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	memcpy(text + end, mark, max >= sizeof(mark) ? sizeof(mark) : 1);
	if (max < sizeof(mark))
		text[end] = '\0';
}

static char *clean(const char *text, size_t max, bool keeps_lines)
{
	/* One byte more than fits: whether it was cut must show. A line of the kernel can have 1 MiB. */
	size_t length = text ? strnlen(text, max + 1) : 0;
	char *result = utf8_scrub(text ? text : "", length, &length);

	for (size_t i = 0; i < length; i++) {
		size_t n = harmful_length(result + i, length - i);

		if (n == 0 && (keeps_lines || (result[i] != '\n' && result[i] != '\t')))
			continue;
		memset(result + i, ' ', n ? n : 1);
	}
	cut(result, length, max);
	return result;
}

char *text_line(const char *text, size_t max)
{
	return clean(text, max, false);
}

char *text_block(const char *text, size_t max)
{
	return clean(text, max, true);
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

char *text_word(const char *text, size_t max)
{
	size_t length = text ? strnlen(text, max) : 0;
	char *word = memory_alloc(length + 2, 1);

	if (length == 0)
		word[0] = '_';
	for (size_t i = 0; i < length; i++)
		word[i] = is_word(text[i]) || text[i] == '-' || text[i] == '.' ? text[i] : '_';
	return word;
}

char *text_identifier(const char *text, size_t max)
{
	char *word = text_word(text, max);

	for (char *p = word; *p; p++)
		*p = is_word(*p) ? (char)tolower((unsigned char)*p) : '_';
	return word;
}

bool text_parse_time(const char *text, double *ret_seconds)
{
	struct tm tm = {0};
	unsigned int ms, hours, minutes;
	char sign;
	int used = 0;
	time_t seconds;

	if (!text || sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3u%c%2u:%2u%n", &tm.tm_year, &tm.tm_mon,
			    &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms, &sign, &hours,
			    &minutes, &used) != 10)
		return false;
	if (used != 29 || text[used] != '\0' || (sign != '+' && sign != '-') || tm.tm_year < 1970 ||
	    tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour < 0 ||
	    tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 60 ||
	    hours > 23 || minutes > 59)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	seconds = timegm(&tm) - (sign == '-' ? -1 : 1) * (time_t)(hours * 3600 + minutes * 60);
	*ret_seconds = (double)seconds + (double)ms / 1e3;
	return true;
}
