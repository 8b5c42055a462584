"""Headings and cells in other words, written when the method stood; none is in its vocabulary."""

from benchmarks.encoding_words import WESTERN, Words

HELD_OUT = (
    Words(
        "German",
        (*WESTERN, "cp1252", "cp1252"),
        "Schlüsselnummer,Verzögerung,Gehäusetiefe,Vergütung,Zufluß,Außentemperatur,Einwohnerzahl,Frühschicht,Ölstand,"
        "Höchstwert,Durchschnittsgröße,Lüfter,Förderhöhe,Gesamtgebühr (€),Steuersatz,Rückgabe,Spezifität,Übermaß",
        "Lübeck,Osnabrück,Weißwein,Fußgänger,Händler,Käufer,Börse,unzulässig,ölig,gekühlt,trüb,März,zäh,Mühle,"
        "Saarbrücken,Lärm,Kürbis,Läden,Höfe,Thüringen,Gänse,Bürger",
    ),
    Words(
        "French",
        (*WESTERN, "cp1252", "cp1252"),
        "Libellé,Bénéfice,Coût,Échéance,Montant réglé,Désignation,Période,Trésorerie,Débiteur,Relevé,Densité (g/cm³),"
        "Intensité,Célibataire,Fermé le,Évaluation,Délai,Salaire",
        "marié,divorcé,étudiant,retraité,employé,créneau,Orléans,Besançon,Nord-Isère,Bouches-du-Rhône,pâté,pêche,"
        "lièvre,chêne,frêne,érable,tôle,brûlé,cassé,dégradé,supérieur,inférieur,modéré,sévère",
    ),
    Words(
        "Spanish",
        (*WESTERN, "cp1252", "cp1252"),
        "Tensión arterial,Clínica,Cotización,Diámetro,Matrícula,Kilómetros,Tarifa (€),Línea,Antigüedad,Ubicación,"
        "Salario,Película",
        "miércoles,plátano,atún,melón,hormigón,cemento,Ávila,Jaén,Almería,Coruña,Bogotá,Medellín,Iñaki,Rodríguez,"
        "Peñalver,ningún,crítico",
    ),
    Words(
        "Portuguese",
        (*WESTERN[:5], "cp1252", "cp1252"),
        "Inscrição,Balanço,Veículo,Salário,Potência,Diâmetro,Faturação,Posição,Comissão,Matrícula,Orçamento,Atenção,"
        "Eficiência,Prescrição,Pressão,Visitação",
        "terça,Brasília,Belém,Vitória,Uberlândia,Guimarães,Évora,camarão,pêra,maracujá,chá,avião,caminhão,táxi,básico,"
        "péssimo,regular,João Gonçalves",
    ),
    Words(
        "Italian",
        (*WESTERN, "cp1252", "cp1252"),
        "Priorità,Disponibilità,Gravità,Intensità,Nazionalità,Viscosità,Validità,Priorità (1-5),Costo,Mensilità",
        "ragù,tiramisù,comodità,Barnabò,Nuorò,scarsità,sanità",
    ),
    Words(
        "Swedish and Finnish",
        (*WESTERN, "cp1252", "cp1252"),
        "Beställning,Försenad,Löneår,Höjd,Täthet,Återstående,Kvalitetsnivå,Strömstyrka,Köp,Leverantör,Avgång från,"
        "Syntymäaika,Tilausmäärä,Hyötysuhde,Myymälä,Kieli,Hälytys,Vähimmäisarvo,Tehtävä,Öljynpaine,Käyntiaika",
        "Jönköping,Norrköping,Västervik,Skövde,räv,gås,blåbär,smör,trä,stål,lönn,Äijälä,Nyström,Lähdesmäki,pöllö,"
        "väärä,märkä,hämärä,Lappeenranta,Kemijärvi,mäyrä,vähäinen,näyttely",
    ),
    Words(
        "Danish and Norwegian",
        ("cp1252", "iso-8859-1", "iso-8859-15", "cp850", "mac-roman", "cp1252"),
        "Løbenummer,Tæthed,Målinger,Årsløn,Udgår,Rådgiver,Bredde på dør,Styrke,Ændret,Kvæg,Snødybde,Gjennomstrømning,"
        "Sjøtemperatur,Omsætning,Læsetid,Bemærkning",
        "Sønderborg,Næstved,Hjørring,Brønderslev,Stjørdal,Østfold,Åse,Håkon,Øystein,skæv,blød,våd,stål,ørred,sæl,gås,"
        "rå,kålrot",
    ),
    Words(
        "Icelandic",
        ("cp1252", "iso-8859-1", "cp1252"),
        "Vigt,Breidd,Þéttleiki,Hitastig (°C),Fæðingarár,Heiti á vöru,Afsláttur,Úrkoma,Hlutföll,Þvermál",
        "Sauðárkrókur,Selfoss,Þingeyri,Ólafsvík,Sigríður,Ásgeir,hvítur,svartur,gulur,steinbítur,ýsa,þorskur,síld,lúða,"
        "laugardagur,miðvikudagur",
    ),
    Words(
        "Polish",
        ("cp1250", "iso-8859-2", "cp1250", "cp852"),
        "Powierzchnia użytkowa,Należność,Pojemność,Średnica,Zarząd,Liczba osób,Twardość,Pręt,Oświetlenie,Wilgotność,"
        "Miejscowość,Przepływ,Szybkość,Zamówienie,Odległość",
        "Białystok,Rzeszów,Częstochowa,Zakopane,Gliwice,Świdnica,czwartek,niedziela,wrzesień,maj,listopad,czarny,"
        "błękitny,mąka,masło,jabłoń,gruszka,dąb,świerk,żelazo,miedź,lekki,Łukasz,Małgorzata,Jóźwiak",
    ),
    Words(
        "Russian",
        ("cp1251", "koi8-r", "cp1251", "cp866", "iso-8859-5"),
        "Фамилия,Рост,Давление,Зарплата,Район,Объект,Расход,Плотность,Ширина,Прибыль,Налог,Дата рождения,Марка,"
        "Мощность,Доход,Глубина",
        "Самара,Омск,Челябинск,Екатеринбург,женат,холост,чёрный,белый,жёлтый,картофель,яблоки,медь,железо,берёза,"
        "сосна,среда,пятница,март,октябрь,высокий,низкий,Сидоров,Кузнецова,запад",
    ),
    Words(
        "Greek",
        ("cp1253", "iso-8859-7", "cp1253"),
        "Επώνυμο,Διεύθυνση,Ταχύτητα,Μισθός,Κέρδος,Πλάτος,Πυκνότητα,Νομός,Έξοδα,Προϊόν,Υγρασία,Όγκος,Κατηγορία,Βαθμός",
        "Λάρισα,Βόλος,Χανιά,Καλαμάτα,κίτρινο,μαύρο,λευκό,άνοιξη,φθινόπωρο,Παρασκευή,Σάββατο,ψάρι,κρέας,μήλα,σίδηρος,"
        "χαλκός,ελιά,πεύκο,υψηλό,χαμηλό,μέτριο,Νικολάου",
    ),
    Words(
        "Japanese",
        ("cp932", "shift_jis", "euc-jp"),
        "顧客番号,氏名,住所,生年月日,湿度,圧力,在庫数,利益,納期,車種,距離,速度,部署,評価,身分,点数",
        "名古屋,横浜,仙台,神戸,水曜日,金曜日,猫,犬,牛乳,卵,パン,ビール,自転車,電車,学生,主婦,高い,低い,普通,優,不可,"
        "田中,高橋,渡辺,ノート,プリンター,夏,冬,緑",
    ),
    Words(
        "Chinese, simplified",
        ("gbk", "gb18030", "gb2312"),
        "学号,班级,成绩,职业,收入,体重,血压,湿度,库存,利润,车型,里程,学历,评分,邮编,店铺",
        "成都,武汉,杭州,西安,重庆,已婚,未婚,教师,医生,工人,农民,学生,白色,黑色,绿色,黄色,米饭,面条,鸡蛋,啤酒,火车,"
        "飞机,高级,中级,初级,刘洋,赵敏,孙丽",
    ),
    Words(
        "Chinese, traditional",
        ("big5", "cp950", "big5"),
        "學號,班級,成績,職業,收入,體重,血壓,濕度,庫存,利潤,車型,里程,學歷,評分,郵遞區號,店鋪",
        "新竹,臺南,花蓮,基隆,已婚,未婚,教師,醫生,工人,農民,學生,白色,黑色,綠色,黃色,米飯,麵條,雞蛋,啤酒,火車,飛機,"
        "高級,中級,初級,林志明,黃淑芬,吳建宏",
    ),
    Words(
        "Czech",
        ("cp1250", "iso-8859-2", "cp1250"),
        "Tloušťka,Objem zásilky,Příčina,Spotřeba,Teplota vzduchu,Směna,Poměr,Hladina,Sleva,Zákazník,Vzdálenost",
        "Olomouc,Liberec,Jihlava,Kroměříž,Žďár,Mělník,neděle,sobota,březen,červenec,bílá,černá,zelená,buk,dub,jeřáb,"
        "třešně,mléko,rýže,měď,železo,těžký,lehký,Růžička,Němec",
    ),
    Words(
        "Hungarian",
        ("cp1250", "iso-8859-2", "cp1250"),
        "Térfogat,Átmérő,Sűrűség,Feszültség,Bevétel,Költségek,Páratartalom,Sorszám,Megjegyzés,Távolság,Működési idő",
        "Debrecen,Sopron,Kőszeg,Hódmezővásárhely,péntek,kedd,vasárnap,október,sárga,barna,szürke,lúd,rézcső,fűz,körte,"
        "dió,nehéz,Tóth,Bodnár",
    ),
    Words(
        "Turkish",
        ("cp1254", "iso-8859-9", "cp1254"),
        "Boy,Kilo,Basınç,Hız,Çap,Maaş,Uzaklık,Sipariş tarihi,Öğrenci no,Derinlik,Nüfus,Gelir düzeyi,Yoğunluk",
        "Kayseri,Çorum,Şanlıurfa,Kütahya,pazartesi,perşembe,siyah,beyaz,mavi,demir,bakır,çelik,peynir,domates,karpuz,"
        "yüksek,hafif,ağır,Şahin,Doğan",
    ),
    Words(
        "Korean",
        ("euc-kr", "cp949"),
        "학번,성명,주소,생년월일,습도,압력,재고,이익,차종,거리,속도,직업,점수,체중,혈압",
        "인천,광주,대전,울산,수요일,금요일,고양이,강아지,우산,달걀,맥주,자전거,기차,학생,주부,높음,낮음,보통,여름,"
        "가을,노랑,최민수,정수진",
    ),
    Words(
        "Hebrew",
        ("cp1255", "iso-8859-8"),
        "כתובת,מהירות,לחץ,שכר,הכנסה,רווח,מלאי,לחות,קוד,קטגוריה,תיאור",
        "תל אביב,אשדוד,נתניה,באר שבע,נשוי,רווק,ביצים,אורז,בינוני,יום שני,יום שישי,מזרח,מערב",
    ),
    Words(
        "Arabic",
        ("cp1256", "iso-8859-6"),
        "العنوان,السرعة,الضغط,الراتب,الدخل,الربح,المخزون,الرطوبة,العرض,الرمز,الفئة,الوصف,المسافة",
        "دمشق,بيروت,تونس,الدوحة,متزوج,أعزب,أرز,متوسط,الاثنين,الجمعة,شرق,غرب",
    ),
)
