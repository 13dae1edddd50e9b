"""Modules of the notebook become scripts of a page."""

from __future__ import annotations

import pytest

from scalinglab.site.scripts import vega_script, widget_script


def test_a_module_becomes_a_script_that_keeps_its_names_to_itself():
    made = widget_script("panel", "const a = 1;\nexport default { render() {} };").decode()
    assert made.startswith('scalinglab.widgets.panel = (() => {\n"use strict";\nconst a = 1;\nreturn { render() {} };')


def test_what_a_library_exports_by_name_it_returns_by_name():
    made = vega_script("function $t6(){}export{$t6 as vegaEmbed, b};0").decode()
    assert "return {vegaEmbed: $t6, b: b};0" in made


@pytest.mark.parametrize("module", ["const a = 1;", "export default 1;\nexport default 2;"])
def test_a_module_that_exports_none_or_several_is_refused(module):
    with pytest.raises(ValueError, match="must export one thing"):
        widget_script("panel", module)
