// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"

/* The length of the valid sequence at @text, 0 when there is none (RFC 3629, table 3-7 of Unicode). */
static size_t sequence_length(const unsigned char *text, size_t left)
{
	unsigned char first = text[0];
	unsigned char low = 0x80, high = 0xbf;
	size_t length;

	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		length = 2;
	else if (first >= 0xe0 && first <= 0xef)
		length = 3;
	else if (first >= 0xf0 && first <= 0xf4)
		length = 4;
	else
		return 0;
	if (left < length)
		return 0;
	if (first == 0xe0)
		low = 0xa0;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f;
	if (text[1] < low || text[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

bool utf8_is_valid(const char *text, size_t length)
{
	for (size_t i = 0; i < length;) {
		size_t n = sequence_length((const unsigned char *)text + i, length - i);

		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

char *utf8_scrub(const char *text, size_t length, size_t *ret_length)
{
	char *clean = memory_alloc(length * 3 + 1, 1);
	size_t used = 0;

	for (size_t i = 0; i < length;) {
		unsigned char c = (unsigned char)text[i];
		size_t n = sequence_length((const unsigned char *)text + i, length - i);

		if (n == 0) {
			memcpy(clean + used, "\xef\xbf\xbd", 3);
			used += 3;
			i++;
		} else if (n == 1 && (c < 0x20 || c == 0x7f) && c != '\t' && c != '\n') {
			clean[used++] = ' ';
			i++;
		} else {
			memcpy(clean + used, text + i, n);
			used += n;
			i += n;
		}
	}
	clean[used] = '\0';
	if (ret_length)
		*ret_length = used;
	return clean;
}
