// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/hist_json.h"

#include "base/jsonw.h"

struct jsonw *hist_to_json(const struct hist *h)
{
	struct jsonw *object = jsonw_object(), *buckets = jsonw_array();

	jsonw_set_uint(object, "count", h->count);
	jsonw_set_uint(object, "sum_ns", h->sum_ns);
	jsonw_set_uint(object, "max_ns", h->max_ns);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		struct jsonw *bucket;

		if (h->buckets[i] == 0)
			continue;
		bucket = jsonw_array();
		jsonw_append(bucket, jsonw_uint(hist_bucket_upper_ns(i)));
		jsonw_append(bucket, jsonw_uint(h->buckets[i]));
		jsonw_append(buckets, bucket);
	}
	jsonw_set(object, "buckets", buckets);
	return object;
}

void hist_add_json(struct hist *into, const struct jsonw *json)
{
	const struct jsonw *buckets = jsonw_get(json, "buckets");

	for (size_t i = 0; i < jsonw_length(buckets); i++) {
		const struct jsonw *bucket = jsonw_at(buckets, i);

		hist_add_bucket(into, jsonw_as_uint(jsonw_at(bucket, 0)),
				jsonw_as_uint(jsonw_at(bucket, 1)));
	}
}
