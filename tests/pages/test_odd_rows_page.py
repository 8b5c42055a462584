from core.analysis.anomaly import FalseDiscoveryRate


def test_the_line_can_be_drawn_by_false_discoveries(visitor):
    visitor.click("sample-outliers").settle().go("pages/odd_rows_page.py").settle()
    visitor.app.segmented_control(key="policy").set_value(FalseDiscoveryRate).run()
    assert not visitor.app.exception
    assert visitor.session.policy == FalseDiscoveryRate(0.1)
    visitor.app.select_slider(key="rate").set_value(0.01).run()
    assert visitor.session.policy == FalseDiscoveryRate(0.01)


def test_an_odd_row_says_what_its_columns_should_have_been(visitor):
    visitor.click("sample-outliers").settle().go("pages/odd_rows_page.py").settle()
    assert not visitor.app.exception
    assert "Why is it odd?" in visitor.text
    assert "given the other columns" in visitor.text
