// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/registry.h"

#include <string.h>

#include "base/cleanup.h"

#define WORKLOAD_ENTRY(name) &workload_##name,
static const struct workload *const workloads[] = {WORKLOADS(WORKLOAD_ENTRY)};
#undef WORKLOAD_ENTRY

size_t workload_count(void)
{
	return ARRAY_SIZE(workloads);
}

const struct workload *workload_at(size_t i)
{
	return workloads[i];
}

const struct workload *workload_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(workloads); i++)
		if (strcmp(workloads[i]->name, name) == 0)
			return workloads[i];
	return NULL;
}
