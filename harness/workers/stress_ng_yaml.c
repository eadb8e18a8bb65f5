// SPDX-License-Identifier: GPL-2.0-or-later
/* What stress-ng writes of its stressors, read line by line, and how much of it is believed. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "workers/stress_ng.h"

#define MAX_DIGITS 15

/* Begins to run and looks up from its work that much later than it was told to, on a slow guest. */
#define SLACK_NS (3 * NS_PER_S)
#define TOLERANCE_PERCENT 5

struct line {
	const char *text;
	size_t length;
};

static struct line trim(struct line line, const char *characters)
{
	while (line.length > 0 && strchr(characters, line.text[0]) && line.text[0]) {
		line.text++;
		line.length--;
	}
	while (line.length > 0 && strchr(characters, line.text[line.length - 1]) &&
	       line.text[line.length - 1])
		line.length--;
	return line;
}

/* "key: value", after "- " also; the value without quotes. */
static bool is_key(struct line line, const char *key, struct line *ret_value)
{
	size_t length = strlen(key);

	line = trim(line, " \t\r");
	if (line.length > 2 && memcmp(line.text, "- ", 2) == 0) {
		line.text += 2;
		line.length -= 2;
		line = trim(line, " \t");
	}
	if (line.length <= length || memcmp(line.text, key, length) != 0 || line.text[length] != ':')
		return false;
	line.text += length + 1;
	line.length -= length + 1;
	*ret_value = trim(line, " \t\r\"'");
	return true;
}

/* "12.345678" times @unit, its digits beyond nine behind the point left out. */
static bool read_number(struct line value, uint64_t unit, uint64_t *ret_number)
{
	uint64_t number = 0, part = unit;
	size_t i = 0;

	while (i < value.length && i < MAX_DIGITS && value.text[i] >= '0' && value.text[i] <= '9')
		number = number * 10 + (uint64_t)(value.text[i++] - '0');
	if (i == 0 || __builtin_mul_overflow(number, unit, &number))
		return false;
	if (i < value.length && value.text[i] == '.')
		for (i++; i < value.length && value.text[i] >= '0' && value.text[i] <= '9'; i++) {
			part /= 10;
			number += part * (uint64_t)(value.text[i] - '0');
		}
	*ret_number = number;
	return i == value.length;
}

static void take_line(struct line line, struct stress_ng_claim *claim)
{
	struct line value;

	if (!claim->has_bogo_ops && is_key(line, "bogo-ops", &value))
		claim->has_bogo_ops = read_number(value, 1, &claim->bogo_ops);
	if (!claim->has_wall && is_key(line, "wall-clock-time", &value))
		claim->has_wall = read_number(value, NS_PER_S, &claim->wall_ns);
}

static bool begins_metrics(struct line line)
{
	line = trim(line, "\r");
	return line.length == strlen("metrics:") && memcmp(line.text, "metrics:", line.length) == 0;
}

/* A key at the line's begin is another part of the file. */
static bool begins_another_part(struct line line)
{
	return line.length > 0 && !strchr(" \t\r-", line.text[0]);
}

size_t stress_ng_read_yaml(const char *text, size_t length, struct stress_ng_claim *claims, size_t max)
{
	const char *end = text + length;
	bool is_in_metrics = false;
	size_t n = 0;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		struct line line = {text, (size_t)((newline ? newline : end) - text)}, value;

		text = newline ? newline + 1 : end;
		if (begins_metrics(line)) {
			is_in_metrics = true;
		} else if (begins_another_part(line)) {
			is_in_metrics = false;
		} else if (is_in_metrics && is_key(line, "stressor", &value)) {
			if (n == max)
				return n;
			claims[n] = (struct stress_ng_claim){0};
			(void)snprintf(claims[n].name, sizeof(claims[n].name), "%.*s",
				       (int)(value.length < PROFILE_STRESSOR_SIZE
						     ? value.length
						     : PROFILE_STRESSOR_SIZE - 1),
				       value.text);
			n++;
		} else if (is_in_metrics && n > 0) {
			take_line(line, &claims[n - 1]);
		}
	}
	return n;
}

static bool ended_well(const struct stress_ng_result *result, char *why, size_t size)
{
	if (WIFEXITED(result->status) && WEXITSTATUS(result->status) == 0)
		return true;
	(void)snprintf(why, size, "stress-ng ended with %s %d: its counters are not believed",
		       WIFEXITED(result->status) ? "status" : "signal",
		       WIFEXITED(result->status) ? WEXITSTATUS(result->status)
						 : WTERMSIG(result->status));
	return false;
}

void stress_ng_weigh(const struct stress_ng_claim *claim, const struct stress_ng_result *result,
		     struct stress_ng_figures *figures)
{
	uint64_t least_ns = result->ran_ns / 100 * (100 - TOLERANCE_PERCENT);
	uint64_t most_ns = result->lived_ns / 100 * (100 + TOLERANCE_PERCENT);

	if (result->ran_ns < least_ns + SLACK_NS)
		least_ns = result->ran_ns > SLACK_NS ? result->ran_ns - SLACK_NS : 0;
	figures->is_believed = false;
	if (!ended_well(result, figures->why, sizeof(figures->why)))
		return;
	if (!claim || !claim->has_bogo_ops || !claim->has_wall) {
		(void)snprintf(figures->why, sizeof(figures->why),
			       "stress-ng has left no figures of it");
		return;
	}
	if (claim->wall_ns == 0 || claim->wall_ns < least_ns || claim->wall_ns > most_ns) {
		(void)snprintf(figures->why, sizeof(figures->why),
			       "it says that it ran for %llu ms, and it was let run for %llu ms: not believed",
			       (unsigned long long)(claim->wall_ns / NS_PER_MS),
			       (unsigned long long)(result->ran_ns / NS_PER_MS));
		return;
	}
	figures->is_believed = true;
	figures->bogo_ops = claim->bogo_ops;
	figures->wall_ns = claim->wall_ns;
	figures->why[0] = '\0';
}
