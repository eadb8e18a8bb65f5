// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/test_topology.h"

int main(void)
{
	return test_names() + test_read() + test_faults() + test_json() ? 1 : 0;
}
