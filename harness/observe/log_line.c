// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/log_line.h"

#include "observe/log_prefix.h"

struct kmsg_span log_without_escapes(struct kmsg_span line, char *room)
{
	char *to = room;

	while (line.at < line.end) {
		const char *escape = memchr(line.at, LOG_ESCAPE, span_length(line));
		size_t length = (size_t)((escape ? escape : line.end) - line.at);

		memcpy(to, line.at, length);
		to += length;
		line.at += length;
		if (!escape)
			break;
		line.at++;
		if (!span_take_char(&line, '[')) {
			line.at += line.at < line.end;
			continue;
		}
		while (line.at < line.end && (is_digit(*line.at) || *line.at == ';' || *line.at == '?'))
			line.at++;
		line.at += line.at < line.end;
	}
	return (struct kmsg_span){room, to};
}

const char *log_find_stamp(struct kmsg_span s, bool *has_escapes)
{
	const char *p = s.at, *begin = s.at;
	uint64_t ns;

	while ((p = memchr(p, '[', (size_t)(s.end - p)))) {
		struct kmsg_span rest = {p, s.end};

		if (p > begin && p[-1] == LOG_ESCAPE) {
			*has_escapes = true;
			return NULL;
		}
		if (s.end - p > 9 && (p[1] == ' ' || is_digit(p[1])) && log_take_stamp(&rest, &ns))
			return p;
		p++;
	}
	return NULL;
}

struct kmsg_span log_trim(struct kmsg_span line)
{
	while (line.at < line.end && (*line.at == '\r' || *line.at == '\0'))
		line.at++;
	while (line.end > line.at && (line.end[-1] == '\r' || line.end[-1] == '\0'))
		line.end--;
	return line;
}
