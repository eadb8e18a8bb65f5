// SPDX-License-Identifier: GPL-2.0-or-later
/* The samples of one report. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/export/figures.h"
#include "reports/export/text.h"

#define MAX_LABEL 120
#define MAX_WORD 80

struct jsonw *figure_at(const struct jsonw *report, const char *path)
{
	cleanup_free char *copy = memory_string(path);
	struct jsonw *value = NULL;
	char *rest = NULL;

	for (char *key = strtok_r(copy, ".", &rest); key; key = strtok_r(NULL, ".", &rest)) {
		value = jsonw_get(value ? value : report, key);
		if (!value)
			return NULL;
	}
	return value;
}

static bool is_same(const struct figure_sample *sample, const struct figure *figure, const char *label)
{
	if (sample->figure != figure || !sample->label != !label)
		return false;
	return !label || strcmp(sample->label, label) == 0;
}

static struct figure_sample *find(struct figure_list *list, const struct figure *figure, const char *label)
{
	for (size_t i = 0; i < list->n_samples; i++)
		if (is_same(&list->samples[i], figure, label))
			return &list->samples[i];
	return NULL;
}

static size_t count_labels(const struct figure_list *list, const struct figure *figure)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n_samples; i++)
		n += list->samples[i].figure == figure;
	return n;
}

static bool has_word(const struct figure_list *list, const struct figure *figure, const char *word)
{
	for (size_t i = 0; i < list->n_samples; i++)
		if (list->samples[i].figure == figure && strcmp(list->samples[i].word, word) == 0)
			return true;
	return false;
}

/* Two labels can be one word: then the later one gets a number. */
static char *free_word(const struct figure_list *list, const struct figure *figure, const char *label)
{
	cleanup_free char *base = text_word(label, MAX_WORD);
	char *word;

	for (char *p = base; *p; p++)
		*p = *p == '.' ? '_' : *p;
	word = memory_string(base);
	for (unsigned int n = 2; has_word(list, figure, word); n++) {
		free(word);
		word = memory_format("%s-%u", base, n);
	}
	return word;
}

/* The sample of that label; a new one, 0, when there is none yet. */
static struct figure_sample *sample_of(struct figure_list *list, const struct figure *figure,
				       const char *label)
{
	cleanup_free char *clean = label ? text_line(label, MAX_LABEL) : NULL;
	struct figure_sample *sample = find(list, figure, clean);
	char *word;

	if (!sample && clean && count_labels(list, figure) >= FIGURE_MAX_LABELS - 1) {
		free(clean);
		clean = memory_string("other");
		sample = find(list, figure, clean);
	}
	if (sample)
		return sample;
	word = clean ? free_word(list, figure, clean) : NULL;
	list->samples = memory_grow(list->samples, list->n_samples + 1, sizeof(*list->samples));
	sample = &list->samples[list->n_samples++];
	*sample = (struct figure_sample){.figure = figure, .label = steal_ptr(&clean), .word = word};
	return sample;
}

void figure_add_count(struct figure_list *list, const struct figure *figure, const char *label,
		      uint64_t count)
{
	struct figure_sample *sample = sample_of(list, figure, label);

	sample->is_count = true;
	sample->count = count > UINT64_MAX - sample->count ? UINT64_MAX : sample->count + count;
	sample->number = (double)sample->count;
}

void figure_add_number(struct figure_list *list, const struct figure *figure, const char *label,
		       double number)
{
	if (isfinite(number))
		sample_of(list, figure, label)->number = number;
}

void figure_list_read(struct figure_list *list, const struct jsonw *report)
{
	*list = (struct figure_list){0};
	for (size_t i = 0; i < n_figures; i++)
		figures[i].read(list, &figures[i], report);
}

void figure_list_done(struct figure_list *list)
{
	for (size_t i = 0; i < list->n_samples; i++) {
		free(list->samples[i].label);
		free(list->samples[i].word);
	}
	free(list->samples);
	*list = (struct figure_list){0};
}

const struct figure_sample *figure_list_find(const struct figure_list *list, const char *name,
					     const char *label)
{
	for (size_t i = 0; i < list->n_samples; i++)
		if (strcmp(list->samples[i].figure->name, name) == 0 &&
		    is_same(&list->samples[i], list->samples[i].figure, label))
			return &list->samples[i];
	return NULL;
}

void figure_format(const struct figure_sample *sample, char text[FIGURE_TEXT_SIZE])
{
	if (sample->is_count)
		(void)snprintf(text, FIGURE_TEXT_SIZE, "%" PRIu64, sample->count);
	else
		(void)snprintf(text, FIGURE_TEXT_SIZE, "%.9g", sample->number);
}

const char *figure_unit_name(enum figure_unit unit)
{
	static const char *const names[] = {
		[FIGURE_PLAIN] = "",
		[FIGURE_SECONDS] = "seconds",
		[FIGURE_BYTES] = "bytes",
		[FIGURE_RATIO] = "ratio",
	};

	return names[unit];
}
