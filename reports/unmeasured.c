// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/unmeasured.h"

#include <stddef.h>

#include "base/jsonw.h"

const struct jsonw *unmeasured_entry(const struct jsonw *report, const char *path)
{
	const struct jsonw *list = jsonw_get(report, "unmeasured");

	for (size_t i = 0; i < jsonw_length(list); i++)
		if (jsonw_has_string(jsonw_at(list, i), "path", path))
			return jsonw_at(list, i);
	return NULL;
}
