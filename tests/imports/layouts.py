"""Layouts that no portal of the truth has, as other portals and departments might."""

UNSEEN = {
    "english api, camel case": (
        [
            {
                "datasetName": f"行政许可信息{n}",
                "deptName": ["市教育局", "市民政局"][n % 2],
                "summary": f"第{n}批行政许可的编号、名称和日期",
                "publishDate": "2021-03-04T08:00:00+08:00",
                "lastModifiedTime": "2022-03-04T08:00:00+08:00",
                "openLevel": "无条件开放",
                "updateRate": "每月",
                "fileFormat": "xls,csv",
                "detailUrl": f"https://data.example.gov.cn/d/{n}",
                "keyWords": "许可,教育",
                "recordTotal": n * 10,
                "downloadCount": n,
            }
            for n in range(12)
        ],
        {
            "datasetName": "name",
            "deptName": "provider",
            "summary": "abstract",
            "publishDate": "publishedOn",
            "lastModifiedTime": "lastUpdatedAt",
            "openLevel": "openType",
            "updateRate": "updateCycle",
            "fileFormat": "formats",
            "detailUrl": "landingPage",
            "keyWords": "keywords",
            "recordTotal": "recordCount",
            "downloadCount": None,
        },
    ),
    "run together and snake case": (
        [
            {
                "res_title": f"水质监测{n}",
                "orgname": "省生态环境厅",
                "createtime": "2020-01-02 10:00:00",
                "updatetime": "2020-02-02 10:00:00",
                "opentype": "有条件",
                "topic_name": "生态环境",
                "trade_name": "制造业",
                "contact_tel": "0371-65500000",
                "contact_mail": "a@example.gov.cn",
            }
            for n in range(12)
        ],
        {
            "res_title": "name",
            "orgname": "provider",
            "createtime": "publishedOn",
            "updatetime": "lastUpdatedAt",
            "opentype": "openType",
            "topic_name": "theme",
            "trade_name": "industry",
            "contact_tel": "contactPhone",
            "contact_mail": "contactEmail",
        },
    ),
    "chinese, other words": (
        [
            {
                "序号": n,
                "数据集名称": f"公交站点{n}",
                "数据来源部门": "市交通运输局",
                "主题领域": "交通运输",
                "国民经济行业": "交通运输、仓储和邮政业",
                "数据集简介": "公交站点的名称与坐标等",
                "首次发布日期": "2019年3月1日",
                "数据最后更新时间": "20190401",
                "更新频度": "每季度",
                "文件格式": "CSV、XLSX",
                "开放等级": "依申请开放",
                "记录总数": "1,200",
                "浏览量": 5,
                "咨询电话": "12345",
            }
            for n in range(12)
        ],
        {
            "序号": None,
            "数据集名称": "name",
            "数据来源部门": "provider",
            "主题领域": "theme",
            "国民经济行业": "industry",
            "数据集简介": "abstract",
            "首次发布日期": "publishedOn",
            "数据最后更新时间": "lastUpdatedAt",
            "更新频度": "updateCycle",
            "文件格式": "formats",
            "开放等级": "openType",
            "记录总数": "recordCount",
            "浏览量": None,
            "咨询电话": "contactPhone",
        },
    ),
    "traditional characters": (
        [
            {
                "資料集名稱": f"公園位置{n}",
                "提供機關": "市政府",
                "更新頻率": "每年",
                "檔案格式": "CSV;JSON",
                "詳細頁網址": f"https://a.example/{n}",
            }
            for n in range(12)
        ],
        {
            "資料集名稱": "name",
            "提供機關": "provider",
            "更新頻率": "updateCycle",
            "檔案格式": "formats",
            "詳細頁網址": "landingPage",
        },
    ),
    "the national template": (
        [
            {
                "信息资源分类": "部门/公安",
                "信息资源名称": f"人口信息{n // 3}",
                "信息资源代码": f"307001/{n // 3}",
                "信息资源提供方": "市公安局",
                "提供方内部部门": "户政科",
                "信息资源提供方代码": "11411100MB0000000X",
                "信息资源摘要": "常住人口的登记信息",
                "信息资源格式": "xlsx",
                "信息项名称": f"信息项{n}",
                "数据类型": "字符型C",
                "数据长度": 20,
                "共享类型": "有条件共享",
                "共享条件": "核验身份时",
                "共享方式": "接口",
                "是否向社会开放": "否",
                "开放条件": None,
                "更新周期": "实时",
                "发布日期": "2019-03-01",
                "关联资源代码": None,
                "涉密属性": "非涉密",
            }
            for n in range(12)
        ],
        {
            "信息资源分类": "classification",
            "信息资源名称": "name",
            "信息资源代码": "resourceCode",
            "信息资源提供方": "provider",
            "提供方内部部门": None,
            "信息资源提供方代码": None,
            "信息资源摘要": "abstract",
            "信息资源格式": "formats",
            "信息项名称": "item.name",
            "数据类型": "item.dataType",
            "数据长度": "item.length",
            "共享类型": "shareType",
            "共享条件": "shareCondition",
            "共享方式": "shareModes",
            "是否向社会开放": "openType",
            "开放条件": "openCondition",
            "更新周期": "updateCycle",
            "发布日期": "publishedOn",
            "关联资源代码": None,
            "涉密属性": "secrecy",
        },
    ),
    "a list of fields": (
        [
            {
                "所属资源": "企业登记",
                "resourceName": f"企业登记{n // 4}",
                "fieldName": f"字段{n}",
                "fieldType": "varchar(20)",
                "fieldDesc": "登记时填写",
            }
            for n in range(12)
        ],
        {
            "resourceName": "name",
            "fieldName": "item.name",
            "fieldType": "item.dataType",
            "fieldDesc": "item.description",
        },
    ),
    "headers with units and notes": (
        [
            {
                "资源名称*": f"税务登记{n}",
                "提供部门（全称）": "国家税务总局某市税务局",
                "数据量(条)": "3.2万",
                "更新周期(选填)": "每周",
            }
            for n in range(12)
        ],
        {
            "资源名称*": "name",
            "提供部门（全称）": "provider",
            "数据量(条)": "recordCount",
            "更新周期(选填)": "updateCycle",
        },
    ),
}
