// SPDX-License-Identifier: GPL-2.0-or-later
/* What a series writes of itself: its order before the first boot, its boots after each. */
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "lab/ab.h"

static const char *const side_names[] = {[AB_BASE] = "base", [AB_TEST] = "test"};

const char *ab_side_name(enum ab_side side)
{
	return side_names[side];
}

const char *ab_kernel(const struct ab *ab, enum ab_side side)
{
	return side == AB_TEST ? ab->kernels.test : ab->kernels.base;
}

char *ab_boot_folder(const struct ab *ab, const struct ab_boot *boot)
{
	return memory_format("%s/%s%s/%llu", ab->folder, boot->rung->folder,
			     ab_side_name(boot->side), (unsigned long long)boot->number);
}

static int write_document(const struct ab *ab, const char *name, struct jsonw *document,
			  struct err *e)
{
	cleanup_free char *path = memory_format("%s/%s", ab->folder, name);
	cleanup_free char *text = memory_format("%s\n", jsonw_pretty(document, NULL));
	int r = file_write_atomic(path, text, strlen(text), e);

	jsonw_free(document);
	return r;
}

static struct jsonw *describe_rung(const struct ab_rung *rung)
{
	struct jsonw *object = jsonw_object(), *order = jsonw_array();

	jsonw_set_string(object, "name", rung->name);
	jsonw_set_string(object, "profile", rung->profile);
	jsonw_set_uint(object, "boots_a_side", rung->a_side);
	jsonw_set_uint(object, "block", rung->block);
	for (uint64_t i = 0; i < 2 * rung->a_side; i++)
		jsonw_append(order, jsonw_string(ab_side_name(rung->is_test[i] ? AB_TEST : AB_BASE)));
	jsonw_set(object, "order", order);
	return object;
}

int ab_record_order(const struct ab *ab, struct err *e)
{
	struct jsonw *document = jsonw_object(), *rungs = jsonw_array();

	jsonw_set_uint(document, "seed", ab->seed);
	jsonw_set_string(document, "base", ab->kernels.base);
	jsonw_set_string(document, "test", ab->kernels.test);
	for (size_t i = 0; i < AB_RUNGS; i++)
		if (ab->rungs[i].a_side)
			jsonw_append(rungs, describe_rung(&ab->rungs[i]));
	jsonw_set(document, "rungs", rungs);
	return write_document(ab, "order.json", document, e);
}

static struct jsonw *describe_boot(const struct ab *ab, const struct ab_boot *b)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_string(object, "rung", b->rung->name);
	jsonw_set_uint(object, "position", b->position);
	jsonw_set_string(object, "side", ab_side_name(b->side));
	jsonw_set_uint(object, "number", b->number);
	jsonw_set_string(object, "kernel", ab_kernel(ab, b->side));
	if (b->ended) {
		jsonw_set_string(object, "ended", b->ended);
		jsonw_set_int(object, "exit", b->exit_code);
		jsonw_set_double(object, "seconds", b->seconds);
	}
	if (b->why)
		jsonw_set_string(object, "why", b->why);
	jsonw_set_uint(object, "repeats", b->repeats);
	jsonw_set_bool(object, "is_counted", b->is_counted);
	return object;
}

int ab_record_boots(const struct ab *ab, struct err *e)
{
	struct jsonw *document = jsonw_object(), *boots = jsonw_array();

	for (size_t i = 0; i < ab->n_boots; i++)
		jsonw_append(boots, describe_boot(ab, &ab->boots[i]));
	jsonw_set(document, "boots", boots);
	return write_document(ab, "boots.json", document, e);
}
