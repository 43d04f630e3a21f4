"""The zh-CN sentence of each error code: what happened, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """`what` happened and what to `do`; both may hold `{fact}` placeholders."""

    what: str
    do: str


TEXTS: dict[str, Text] = {
    "GATEWAY_ERROR": Text("系统出错。", "请稍后再试;仍不行请联系县政务服务中心。"),
    "INVALID_INPUT": Text("请求内容有误。", "请按接口说明修改后再提交。"),
    "MALFORMED_MESSAGE": Text("报文无法解析。", "请用本版本的 proto 重新编码后再发送。"),
    "UNKNOWN_FIELDS": Text("报文含有本版本不认识的字段:{fields}。", "请核对 proto 版本,去掉这些字段后重发。"),
    "FIELD_MISSING": Text("缺少必填项:{field}。", "请补填后再提交。"),
    "FIELD_INVALID": Text("“{field}”的格式不对:{why}。", "请按说明修改后再提交。"),
    "IDEMPOTENCY_KEY_MISSING": Text(
        "缺少幂等键 idempotency_key(16 至 64 个字符)。", "请为每件事生成一个随机键;重发同一件事时用同一个键。"
    ),
    "DEADLINE_MISSING": Text("调用没有设置截止时间。", "请在调用时设置 deadline(最长 10 秒)。"),
    "USCC_INVALID": Text(
        "统一社会信用代码“{uscc}”有误:{why}。", "请对照营业执照逐位核对;字母 I、O、S、V、Z 不会出现。"
    ),
    "CITIZEN_ID_INVALID": Text("公民身份号码有误:{why}。", "请对照证件逐位核对。"),
    "CERTIFICATE_NO_INVALID": Text("行政执法证号格式不对。", "请填写 6 至 24 位字母、数字或连字符。"),
    "WINDOW_INVALID": Text("勘验时间段有误:{why}。", "请重新选择开始和结束时间。"),
    "ANSWERS_INVALID": Text("检查表填写有误:{why}。", "请对照检查表逐项补齐或改正。"),
    "CONFIG_INVALID": Text("配置有误:{where} {why}", "请按提示修改配置文件,再运行 kanyan config check。"),
    "CONFIG_UNKNOWN_KEY": Text(
        "配置有误:{where} 不认识的配置项“{key}”{hint}", "请改正或删除该项,再运行 kanyan config check。"
    ),
    "USAGE_INVALID": Text("命令行参数 {option} 有误:{why}。", "请用 --help 查看用法。"),
    "CONFIG_NOT_FOUND": Text("读不到文件 {path}:{why}。", "请核对路径和权限。"),
    "NOT_AUTHENTICATED": Text("未能确认调用方身份。", "请使用本系统签发的客户端证书。"),
    "NOT_ALLOWED": Text("没有权限进行此操作。", "如确需办理,请联系本单位管理员或县政务服务中心。"),
    "NOT_FOUND": Text("没有找到{what},或您无权查看。", "请核对编号。"),
    "CONFLICT": Text("{what}已存在,但内容不同。", "如需更正,请走变更申请,不要重复提交。"),
    "IDEMPOTENCY_KEY_REUSED": Text("同一个幂等键先前用于另一件事。", "请为新的事项生成新的键。"),
    "REFUSED": Text("按规定不能办理。", "请按提示处理。"),
    "MATTER_NOT_FILED": Text("事项“{matter}”未入库备案,不得进行现场勘验。", "请先由省一体化平台同步该事项,再行报备。"),
    "PERSON_NOT_FILED": Text("人员“{inspector}”未入库备案,不得参与现场勘验。", "请先将该人员录入备案人员库。"),
    "VISIT_NOT_FILED": Text("本次上门未备案登记,不得实施现场勘验。", "请先报备勘验人员和时间。"),
    "MATTER_WITHOUT_RULES": Text("事项“{matter}”的规则插件尚未启用。", "请联系系统管理员启用该事项的插件。"),
    "TOO_FEW_INSPECTORS": Text(
        "勘验人员不足:本部门合格人员 {have} 人,至少需要 {need} 人。",
        "依《行政许可法》第三十四条,请再选派具有执法资格的人员。",
    ),
    "TOO_MANY_INSPECTORS": Text(
        "勘验人员 {have} 人,超过 {cap} 人。", "请减少人员;确需加派的,须先出具情况说明并经县优办同意。"
    ),
    "INSPECTOR_NOT_QUALIFIED": Text(
        "人员“{inspector}”在勘验当日不具备有效执法资格:{why}。", "请改派证件有效的人员,或先更新其证件信息。"
    ),
    "INSPECTOR_OF_OTHER_DEPARTMENT": Text(
        "人员“{inspector}”不属于本部门。", "请选派本部门人员;多部门事项请走联合勘验。"
    ),
    "INSPECTOR_NAMED_TWICE": Text("人员“{inspector}”重复填写。", "每名勘验人员只填一次。"),
    "VISIT_ALREADY_FILED": Text("该办件已报备过勘验({visit_no})。", "一次申请一次勘验;确需再次上门的,请走复勘申请。"),
    "FILING_PROBLEM": Text("本事项的规则不允许这样报备:{why}", "请按提示修改后再报备。"),
    "WRONG_STATE": Text("{what}当前状态为“{state}”,不能进行此操作。", "请刷新后按当前状态办理。"),
    "TOO_FEW_PRESENT": Text(
        "到场勘验人员 {have} 人,不足 {need} 人,不能确认。", "请等待其他人员到场;也可以拒绝本次勘验。"
    ),
    "CODE_WRONG": Text("验证码不对,还可以再试 {left} 次。", "请核对勘验通知短信中的验证码。"),
    "CODE_LOCKED": Text("验证码多次输错,已锁定。", "请致电县政务服务中心核实;也可以拒绝本次勘验,由勘验单位重新报备。"),
    "PAGE_EXPIRED": Text("页面已超时。", "请重新扫描勘验人员出示的二维码。"),
    "POLICY_MISSING": Text("没有在今天有效的规则文件。", "请系统管理员在 configs/policy 中配置现行规则。"),
    "TOKEN_REFUSED": Text("二维码未通过核验。", "请勿放行,并请对方重新出示。"),
    "FOREIGN": Text("这不是本系统的勘验二维码。", "请扫描勘验人员在桃江政务APP中出示的二维码。"),
    "MALFORMED": Text("二维码内容不完整或被改动。", "请重新扫描;仍不行请对方重新出示。"),
    "UNKNOWN_KEY": Text("二维码所用的密钥本机不认识。", "请联网更新后再试;仍不行请勿放行并致电县优办。"),
    "BAD_SIGNATURE": Text("二维码签名不对,可能是伪造的。", "请勿放行,并致电县优办核实。"),
    "KEY_WINDOW": Text("二维码不是在密钥有效期内签发的。", "请对方重新出示二维码。"),
    "NOT_YET": Text("二维码还没到生效时间({since})。", "请在预约的勘验时间内核验。"),
    "EXPIRED": Text("二维码已过期({until})。", "请对方在手机上刷新后重新出示。"),
    "REVOKED": Text("二维码已被撤销。", "请勿放行;可致电县优办核实。"),
    "WRONG_PARTY": Text("二维码对应的不是本单位。", "请勿放行,并请对方核对勘验对象。"),
    "FINISHED": Text("这次勘验已经结束({state})。", "如对方仍要求勘验,您有权拒绝。"),
    "NEVER_MINTED": Text("二维码签名有效,但系统从未签发。", "请勿放行,并立即致电县优办:签名密钥可能泄露。"),
    "PICTURE_UNREADABLE": Text("图片里没有找到二维码。", "请换一张清晰、完整、未反色的图片。"),
    "LIBRARY_MISSING": Text("本机没有安装 {library}。", "请安装系统软件包 {package} 后再试。"),
    "BUNDLE_STALE": Text("核验资料已失效:{why}。", "请联网更新;更新前本机不作离线放行。"),
    "PLUGIN_INVALID": Text("插件“{plugin}”不能加载:{why}", "请插件负责人按提示修改;其余插件不受影响。"),
    "PORT_IN_USE": Text("地址 {address} 已被其他程序占用。", "请停止占用该端口的程序,或在配置中换一个端口。"),
    "DATABASE_IN_USE": Text(
        "数据库 {path} 正被另一个网关进程使用。", "请先停止那个进程;同一数据库文件只能由一个网关使用。"
    ),
    "DATA_DIR_IN_USE": Text("数据目录 {path} 正被另一个进程使用。", "请先停止那个进程,或换一个目录。"),
    "SERIAL_NOT_FOUND": Text("找不到串口设备 {device}。", "请检查扫码器是否插好、设备路径是否正确。"),
    "SERIAL_BUSY": Text("串口设备 {device} 正被其他程序使用。", "请关闭占用该设备的程序。"),
    "SERIAL_FORBIDDEN": Text("没有权限打开串口设备 {device}。", "请把运行用户加入 dialout 组,或检查 udev 规则。"),
    "OVERLOADED": Text("系统繁忙。", "请稍后用同一个幂等键重试。"),
    "DEADLINE_EXCEEDED": Text("处理超时。", "请用同一个幂等键重试,不会重复办理。"),
    "UNAVAILABLE": Text("服务暂不可用。", "请稍后用同一个幂等键重试。"),
    "STORAGE_UNAVAILABLE": Text("数据暂时无法保存。", "请稍后用同一个幂等键重试,不会重复办理。"),
    "PLUGIN_UNAVAILABLE": Text("插件“{plugin}”暂不可用:{why}。", "请稍后重试;持续出现请联系插件负责人。"),
    "PLUGIN_SILENT": Text("插件“{plugin}”没有及时答复:{why}。", "请稍后重试;持续出现请联系插件负责人。"),
    "INTERNAL": Text("系统内部错误。", "请稍后再试,并把时间和操作告诉系统管理员。"),
    "PLUGIN_CONTRACT": Text("插件“{plugin}”出错:{why}", "请联系插件负责人修正;数据未受影响。"),
}


class _Facts(dict[str, str]):
    """Placeholders nobody filled read as 未知 instead of failing a refusal."""

    def __missing__(self, key: str) -> str:
        return "未知"


def sentence(code: str, facts: dict[str, str] | None = None) -> str:
    """What happened and what to do next, in Chinese, for an error code."""
    text = TEXTS.get(code, TEXTS["INTERNAL"])
    known = _Facts(facts or {})
    return f"{text.what.format_map(known)}{text.do.format_map(known)}"
